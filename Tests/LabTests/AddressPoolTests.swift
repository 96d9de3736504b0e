import Netlink
import Testing

@testable import Lab

@Suite("Addresses of pods")
struct AddressPoolTests {
  private func pool() -> AddressPool { AddressPool(prefixes: PodAddresses.prefixes(ofNode: 3)) }

  @Test("A pod gets one address of each family, with the same number")
  func pairs() {
    var pool = pool()
    let pods = [pool.take(), pool.take()].map { $0?.map(\.description) }
    #expect(pods == [["10.65.3.2", "fd65:0:0:3::2"], ["10.65.3.3", "fd65:0:0:3::3"]])
  }

  @Test("An address just freed is the last to be used again")
  func roundRobin() {
    var pool = pool()
    let first = pool.take() ?? []
    pool.free(first)
    let others = AddressPool.numbers.dropFirst().compactMap { _ in pool.take() }
    #expect(others.count == AddressPool.numbers.count - 1)
    #expect(!others.contains(first))
    let last = pool.take()
    #expect(last == first)
  }

  @Test("A full pool says so, and goes on once an address is free")
  func full() {
    var pool = pool()
    let taken = AddressPool.numbers.compactMap { _ in pool.take() }
    #expect(taken.count == AddressPool.numbers.count)
    let surplus = pool.take()
    #expect(surplus == nil)
    pool.free([InetAddress(10, 65, 3, 77)])
    let freed = pool.take()
    #expect(freed?.first == InetAddress(10, 65, 3, 77))
  }

  @Test("Addresses of pods that are there already are not given out again")
  func reserved() {
    var pool = pool()
    pool.reserve([InetAddress(10, 65, 3, 2)])
    let next = pool.take()
    #expect(next?.first == InetAddress(10, 65, 3, 3))
  }

  @Test("Addresses of other nodes are none of its business")
  func foreign() {
    var pool = pool()
    pool.reserve([InetAddress(10, 65, 4, 2)])
    #expect(pool.used.isEmpty)
  }
}
