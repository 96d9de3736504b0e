import DataplaneABI
import Netlink

extension IPAddress {
  /// The same address as netlink has it; nil when it is of the other family.
  init?(_ address: InetAddress) {
    let bytes = address.bytes
    guard bytes.count == MemoryLayout<Self>.size else { return nil }
    self = bytes.withUnsafeBytes { $0.loadUnaligned(as: Self.self) }
  }

  /// The address as netlink wants it. An address of either family has a count of bytes that netlink knows.
  var inet: InetAddress {
    let bytes = withUnsafeBytes(of: self) { Array($0) }
    return InetAddress(bytes: bytes) ?? .unspecified(Self.netlinkFamily)
  }

  static var netlinkFamily: AddressFamily { bitWidth == 32 ? .ipv4 : .ipv6 }
}

extension RouteKey {
  /// The same prefix as netlink has it; nil when it is of the other family.
  init?(_ prefix: InetPrefix) {
    guard let address = Address(prefix.address) else { return nil }
    self.init(prefixLength: UInt32(prefix.length), address: address)
  }

  var inet: InetPrefix { InetPrefix(address.inet, length: Int(prefixLength)) ?? InetPrefix(host: address.inet) }
}

extension MACAddress {
  /// The same address as netlink has it; nil when it is not six bytes long.
  init?(_ address: HardwareAddress) {
    guard address.bytes.count == MemoryLayout<MACAddress>.size else { return nil }
    self = address.bytes.withUnsafeBytes { $0.loadUnaligned(as: MACAddress.self) }
  }
}
