import DataplaneABI

/// An address and a port, in the host's byte order.
struct Endpoint<Address: IPAddress> {
  let address: Address
  let port: UInt16
}

/// A UDP packet with right checksums, built field by field rather than by the code under test.
struct Packet {
  static let ethernetLength = 14
  private static let payload: [UInt8] = Array("swift".utf8)

  /// The 14 bytes in front.
  private var ethernet: [UInt8]
  private let header: [UInt8]
  private let datagram: [UInt8]
  private let isIPv4: Bool
  private var hopLimit: UInt8 = 64

  private init(etherType: UInt16, header: [UInt8], datagram: [UInt8]) {
    ethernet = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1] + Packet.octets(etherType)
    self.header = header
    self.datagram = datagram
    isIPv4 = etherType == 0x0800
  }

  /// `other` behind the Ethernet header that starts `bytes`.
  init(ethernetOf bytes: [UInt8], _ other: Packet) {
    self = other
    ethernet = Array(bytes.prefix(Packet.ethernetLength))
  }

  /// The packet one hop later.
  var forwarded: Packet {
    var later = self
    later.hopLimit -= 1
    return later
  }

  var bytes: [UInt8] {
    var header = header
    header[isIPv4 ? 8 : 7] = hopLimit
    if isIPv4 { header.replaceSubrange(10..<12, with: Packet.octets(Packet.checksum(header))) }
    return ethernet + header + datagram
  }

  static func ipv4(from source: Endpoint<IPv4Address>, to destination: Endpoint<IPv4Address>) -> Packet {
    let addresses = octets(source.address) + octets(destination.address)
    let datagram = udp(source.port, destination.port, addresses: addresses)
    let length = octets(UInt16(20 + datagram.count))
    return Packet(
      etherType: 0x0800, header: [0x45, 0] + length + [0, 0, 0, 0, 0, 17, 0, 0] + addresses, datagram: datagram)
  }

  static func ipv6(from source: Endpoint<IPv6Address>, to destination: Endpoint<IPv6Address>) -> Packet {
    let addresses = octets(source.address) + octets(destination.address)
    let datagram = udp(source.port, destination.port, addresses: addresses)
    return Packet(
      etherType: 0x86dd, header: [0x60, 0, 0, 0] + octets(UInt16(datagram.count)) + [17, 0] + addresses,
      datagram: datagram)
  }

  /// A question for the gateway's Ethernet address.
  static let arp: [UInt8] =
    [255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 1, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 10, 65, 1, 2]
    + [0, 0, 0, 0, 0, 0, 169, 254, 1, 1]

  private static func udp(_ source: UInt16, _ destination: UInt16, addresses: [UInt8]) -> [UInt8] {
    let length = octets(UInt16(8 + payload.count))
    let ports = octets(source) + octets(destination)
    let sum = checksum(addresses + [0, 17] + length + ports + length + [0, 0] + payload)
    return ports + length + octets(sum) + payload
  }

  /// RFC 1071.
  private static func checksum(_ bytes: [UInt8]) -> UInt16 {
    var sum: UInt32 = 0
    for index in stride(from: 0, to: bytes.count, by: 2) {
      sum += UInt32(bytes[index]) << 8 | (index + 1 < bytes.count ? UInt32(bytes[index + 1]) : 0)
    }
    while sum > 0xffff { sum = sum & 0xffff + sum >> 16 }
    return ~UInt16(sum)
  }

  private static func octets(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 0xff)] }
  private static func octets(_ address: some IPAddress) -> [UInt8] { withUnsafeBytes(of: address) { Array($0) } }
}
