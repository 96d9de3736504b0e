import DataplaneABI

/// A prefix of either family, without bits beyond its length.
public enum AddressPrefix: Hashable, Sendable {
  case ipv4(RouteKey<IPv4Address>)
  case ipv6(RouteKey<IPv6Address>)

  public var family: AddressFamily {
    switch self {
    case .ipv4: .ipv4
    case .ipv6: .ipv6
    }
  }
}

extension AddressPrefix: LosslessStringConvertible {
  /// "10.65.1.0/24", "fd00::/8"; a lone address is a prefix of all its bits.
  public init?(_ description: String) {
    if let prefix = RouteKey<IPv4Address>(description) {
      self = .ipv4(prefix)
    } else if let prefix = RouteKey<IPv6Address>(description) {
      self = .ipv6(prefix)
    } else {
      return nil
    }
  }

  public var description: String {
    switch self {
    case .ipv4(let prefix): prefix.description
    case .ipv6(let prefix): prefix.description
    }
  }
}
