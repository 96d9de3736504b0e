import DataplaneABI

/// One value for each IP family, each in that family's type.
public struct PerFamily<IPv4, IPv6> {
  public var ipv4: IPv4
  public var ipv6: IPv6

  public init(ipv4: IPv4, ipv6: IPv6) {
    self.ipv4 = ipv4
    self.ipv6 = ipv6
  }
}

extension PerFamily: Equatable where IPv4: Equatable, IPv6: Equatable {}
extension PerFamily: Hashable where IPv4: Hashable, IPv6: Hashable {}
extension PerFamily: Sendable where IPv4: Sendable, IPv6: Sendable {}
