import Testing

@testable import KubernetesClient

@Suite("The buffer keeps the latest state of each object")
struct DeltaBufferTests {
  private func coalesced(_ deltas: [Delta<Gadget>]) -> [String] {
    var buffer = DeltaBuffer<Gadget>()
    deltas.forEach { buffer.append($0) }
    return buffer.drain().map(\.short)
  }

  private let gone = Delta<Gadget>.deleted(ObjectKey(namespace: "ns", name: "a"))
  private func added(_ version: String) -> Delta<Gadget> { .added(Gadget("a", version)) }
  private func modified(_ version: String) -> Delta<Gadget> { .modified(Gadget("a", version)) }

  @Test("every pair and triple of changes")
  func merging() {
    #expect(coalesced([added("1"), modified("2")]) == ["+a@2"])
    #expect(coalesced([added("1"), gone]) == [])
    #expect(coalesced([added("1"), gone, added("3")]) == ["+a@3"])
    #expect(coalesced([modified("1"), modified("2")]) == ["~a@2"])
    #expect(coalesced([modified("1"), gone]) == ["-a"])
    #expect(coalesced([gone, added("2")]) == ["-a", "+a@2"])
    #expect(coalesced([gone, added("2"), modified("3")]) == ["-a", "+a@3"])
    #expect(coalesced([gone, added("2"), gone]) == ["-a"])
    #expect(coalesced([modified("1"), gone, added("2")]) == ["-a", "+a@2"])
  }

  @Test("the order is that of first changes, and in sync stays behind what came before it")
  func order() {
    let deltas: [Delta<Gadget>] = [
      .added(Gadget("b", "1")), .added(Gadget("a", "2")), .synced, .added(Gadget("c", "3")),
      .modified(Gadget("b", "4")),
    ]
    #expect(coalesced(deltas) == ["+b@4", "+a@2", "synced", "+c@3"])
  }

  @Test("an object that comes and goes a thousand times takes one place")
  func churn() {
    var buffer = DeltaBuffer<Gadget>()
    for version in 0..<1000 {
      buffer.append(added("\(version)"))
      buffer.append(gone)
    }
    #expect(buffer.count == 1)
    #expect(buffer.drain().isEmpty)
    #expect(buffer.isEmpty && buffer.count == 0)
  }

  @Test("a channel lets the sender wait when it is full, and nothing is lost")
  func backPressure() async {
    let wake = Signal()
    let channel = DeltaChannel<Gadget>(limit: 10, wake: wake)
    let sender = Task {
      for index in 0..<1000 { await channel.send([.added(Gadget("g\(index)", "1"))]) }
    }
    var got: [String] = []
    var largest = 0
    while got.count < 1000 {
      await wake.wait()
      let deltas = channel.drain()
      largest = max(largest, deltas.count)
      got += deltas.map(\.short)
    }
    await sender.value
    #expect(got == (0..<1000).map { "+g\($0)@1" })
    #expect(largest <= 10)
  }

  @Test("a sender and a waiter that are cancelled go on")
  func cancelled() async {
    let wake = Signal()
    let channel = DeltaChannel<Gadget>(limit: 1, wake: Signal())
    let sender = Task { await channel.send([added("1")]) }
    let waiter = Task { await wake.wait() }
    sender.cancel()
    waiter.cancel()
    await sender.value
    await waiter.value
    #expect(channel.drain().map(\.short) == ["+a@1"])
  }
}
