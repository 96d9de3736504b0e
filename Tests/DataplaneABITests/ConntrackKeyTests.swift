import DataplaneABI
import Testing

@Suite("Conntrack keys")
struct ConntrackKeyTests {
  func bothWays<Address: IPAddress>(_ a: Address, _ aPort: UInt16, _ b: Address, _ bPort: UInt16) -> Bool {
    let there = ConntrackKey(
      proto: 6, source: a, sourcePort: BigEndian16(aPort), destination: b, destinationPort: BigEndian16(bPort))
    let back = ConntrackKey(
      proto: 6, source: b, sourcePort: BigEndian16(bPort), destination: a, destinationPort: BigEndian16(aPort))
    return there == back
  }

  @Test("both directions of a flow have one key, whichever address or port is lower")
  func normalised() {
    #expect(bothWays(IPv4Address(10, 0, 0, 1), 80, IPv4Address(10, 0, 0, 2), 40000))
    #expect(bothWays(IPv4Address(10, 0, 0, 2), 80, IPv4Address(10, 0, 0, 1), 40000))
    #expect(bothWays(IPv4Address(10, 0, 0, 1), 80, IPv4Address(10, 0, 0, 1), 40000))
    let low = IPv6Address(0xfd, 0, 0, 1)
    for other in [IPv6Address(0xfd, 0, 0, 2), IPv6Address(0xfd, 0, 9, 0), IPv6Address(0xfd, 9, 0, 0), .any] {
      #expect(bothWays(low, 1, other, 2))
      #expect(bothWays(other, 1, low, 2))
      #expect(low.precedes(other) != other.precedes(low))
    }
  }

  @Test("another protocol, port or address is another flow")
  func distinct() {
    let key = ConntrackKey(
      proto: 6, source: IPv4Address(10, 0, 0, 1), sourcePort: BigEndian16(1), destination: IPv4Address(10, 0, 0, 2),
      destinationPort: BigEndian16(2))
    var other = key
    other.proto = 17
    #expect(key != other)
    let swapped = ConntrackKey(
      proto: 6, source: IPv4Address(10, 0, 0, 1), sourcePort: BigEndian16(2), destination: IPv4Address(10, 0, 0, 2),
      destinationPort: BigEndian16(1))
    #expect(key != swapped)
  }
}
