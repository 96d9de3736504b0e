import Testing

@testable import Netlink

@Suite("Events wait for their consumer", .timeLimit(.minutes(1)))
struct EventBufferTests {
  private func link(_ index: Int32) -> NetlinkEvent { .linkChanged(Link(index: index, name: "eth\(index)")) }

  @Test("In the order in which they came, to the end")
  func order() async throws {
    let buffer = EventBuffer(capacity: 5000)
    for index in 0..<3000 { buffer.append(link(Int32(index))) }
    buffer.finish()
    for index in 0..<3000 { #expect(try await buffer.next() == link(Int32(index))) }
    #expect(try await buffer.next() == nil)
    #expect(try await buffer.next() == nil)
  }

  @Test("Too many give way to one call to list anew; what comes after it is kept")
  func overflow() async throws {
    let buffer = EventBuffer(capacity: 3)
    for index in 1...5 { buffer.append(link(Int32(index))) }
    #expect(try await buffer.next() == .resync(.consumerTooSlow))
    #expect(try await buffer.next() == link(5))
  }

  @Test("A consumer that waits is woken by an event, by the end, and by its own cancellation")
  func wakes() async throws {
    let buffer = EventBuffer(capacity: 3)
    let first = Task { try await buffer.next() }
    buffer.append(link(1))
    #expect(try await first.value == link(1))

    let cancelled = Task { try await buffer.next() }
    cancelled.cancel()
    #expect(try await cancelled.value == nil)
    buffer.append(link(2))
    #expect(try await buffer.next() == link(2))

    let last = Task { try await buffer.next() }
    buffer.finish()
    #expect(try await last.value == nil)
  }

  @Test("A failure is told once")
  func failure() async throws {
    let buffer = EventBuffer(capacity: 3)
    let error = NetlinkError(request: "wait", cause: .system(call: "recv", errno: 9))
    buffer.append(link(1))
    buffer.finish(throwing: error)
    #expect(try await buffer.next() == link(1))
    await #expect(throws: error) { try await buffer.next() }
    #expect(try await buffer.next() == nil)
  }
}
