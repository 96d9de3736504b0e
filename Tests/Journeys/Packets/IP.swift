import DataplaneABI

/// The family that a journey is told in; every journey is told in both.
enum Family: CaseIterable, CustomStringConvertible {
  case ipv4
  case ipv6

  var description: String { self == .ipv4 ? "IPv4" : "IPv6" }

  /// The one address or the other.
  func pick(_ ipv4: String, _ ipv6: String) -> IP { IP(self == .ipv4 ? ipv4 : ipv6) }

  /// The family's ICMP, echo request and echo reply.
  var icmp: UInt8 { self == .ipv4 ? 1 : 58 }
  var echoRequest: UInt8 { self == .ipv4 ? 8 : 128 }
  var echoReply: UInt8 { self == .ipv4 ? 0 : 129 }
  /// "Destination unreachable".
  var unreachable: UInt8 { self == .ipv4 ? 3 : 1 }
  var headerLength: Int { self == .ipv4 ? 20 : 40 }
}

/// An address of either family, as bytes in network byte order.
struct IP: Hashable, CustomStringConvertible {
  let bytes: [UInt8]

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// From text that the tests themselves hold; what is no address becomes 0.0.0.0.
  init(_ text: String) {
    if let address = IPv4Address(text) {
      self.init(address)
    } else {
      self.init(IPv6Address(text) ?? .any)
    }
  }

  init<Address: IPAddress>(_ address: Address) { bytes = withUnsafeBytes(of: address) { Array($0) } }

  var family: Family { bytes.count == 4 ? .ipv4 : .ipv6 }

  /// The address as the maps hold it.
  func address<Address: IPAddress>(_: Address.Type = Address.self) -> Address {
    bytes.withUnsafeBytes { $0.count == MemoryLayout<Address>.size ? $0.loadUnaligned(as: Address.self) : .any }
  }

  var description: String {
    family == .ipv4 ? address(IPv4Address.self).description : address(IPv6Address.self).description
  }
}
