import Glibc

/// An address family, as the kernel numbers it (AF_* in `bits/socket.h`).
public struct AddressFamily: RawRepresentable, Hashable, Sendable {
  public var rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// AF_UNSPEC: any family, in dumps.
  public static let unspecified = AddressFamily(rawValue: 0)
  /// AF_INET.
  public static let ipv4 = AddressFamily(rawValue: 2)
  /// AF_BRIDGE: forwarding entries of bridges and vxlan devices.
  public static let bridge = AddressFamily(rawValue: 7)
  /// AF_INET6.
  public static let ipv6 = AddressFamily(rawValue: 10)
}

extension AddressFamily: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unspecified: "any family"
    case .ipv4: "IPv4"
    case .bridge: "bridge"
    case .ipv6: "IPv6"
    default: "family \(rawValue)"
    }
  }
}
