import DataplaneABI
import Services
import Testing

@Suite("Maglev tables")
struct MaglevTableTests {
  private static func table(_ numbers: some Sequence<UInt8>, slots: UInt16 = 503) throws -> MaglevTable<IPv4Address> {
    try #require(MaglevTable(numbers.map { backend($0) }, slots: slots))
  }

  private static func shares(_ owners: [Backend<IPv4Address>]) -> [Int] {
    Array(owners.reduce(into: [Backend<IPv4Address>: Int]()) { $0[$1, default: 0] += 1 }.values)
  }

  @Test("every slot is somebody's, and no two shares differ by more than one", arguments: [1, 2, 3, 10, 99, 100])
  func even(_ count: UInt8) throws {
    let owners = try Self.table(1...count).owners
    #expect(owners.count == 503)
    let shares = Self.shares(owners)
    #expect(shares.count == Int(count))
    #expect(try #require(shares.max()) - #require(shares.min()) <= 1)
  }

  @Test("the order that backends come in does not count")
  func order() throws {
    let owners = try Self.table(1...50).owners
    for _ in 0..<10 { #expect(try Self.table((1...50).shuffled()).owners == owners) }
  }

  @Test("when a backend goes, its slots are taken over, and few others change hands", arguments: [2, 5, 20, 100])
  func disruption(_ count: UInt8) throws {
    let before = try Self.table(1...count).owners
    for gone in [1, count / 2, count] where gone > 0 {
      let after = try Self.table((1...count).filter { $0 != gone }).owners
      #expect(!after.contains(backend(gone)))
      let moved = zip(before, after).count { $0 != $1 && $0 != backend(gone) }
      // Measured: 5 % at most.
      #expect(moved * 100 <= 8 * before.count, "\(gone) of \(count): \(moved) of \(before.count)")
    }
  }

  @Test("the table never changes: nodes of different versions have to agree")
  func golden() throws {
    let owners = try Self.table(1...3, slots: 11).owners.map { $0.address.octets[3] }
    #expect(owners == [3, 2, 1, 1, 2, 1, 3, 2, 3, 1, 2])
    let address = try #require(IPv6Address("fd65::1")), other = try #require(IPv6Address("fd65::2"))
    let table = try #require(
      MaglevTable([address, other].map { Backend(address: $0, port: BigEndian16(53)) }, slots: 7))
    #expect(table.owners.map { $0.address == address } == [true, false, true, false, true, true, false])
  }

  @Test("as many slots as the next prime after five for each endpoint")
  func slots() {
    #expect([1, 2, 100, 200, 3000].map { MaglevLimits(endpoints: $0).slots } == [5, 11, 503, 1009, 15013])
  }

  @Test("the largest table")
  func largest() throws {
    let backends = (0..<3000).map {
      Backend(address: IPv4Address(10, 65, UInt8($0 / 250), UInt8($0 % 250)), port: BigEndian16(80))
    }
    let owners = try #require(MaglevTable(backends, slots: MaglevLimits(endpoints: 3000).slots)).owners
    #expect(Set(Self.shares(owners)) == [5, 6])
  }

  @Test("nobody has no table")
  func empty() {
    #expect(MaglevTable([Backend<IPv4Address>](), slots: 503) == nil)
  }
}

extension IPv4Address {
  fileprivate var octets: [UInt8] { withUnsafeBytes(of: self) { Array($0) } }
}
