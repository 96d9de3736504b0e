import CalicoAPI
import DataplaneABI

/// An IP pool, checked. One family's half.
public struct PoolInfo<Address: TextualIPAddress>: Hashable, Sendable {
  public var cidr: RouteKey<Address>
  /// Whether traffic from it to the outside gets the node's address as its source.
  public var natOutgoing: Bool

  public init(cidr: RouteKey<Address>, natOutgoing: Bool = false) {
    self.cidr = cidr
    self.natOutgoing = natOutgoing
  }

  /// What an address in the pool is marked with.
  var flags: RouteFlags { natOutgoing ? [.inPool, .natOutgoing] : .inPool }
}

extension PoolInfo {
  /// The pool, if it is of this family; nil for one of the other.
  ///
  /// Pools without new addresses count: pods may still have old ones.
  public static func reading(_ pool: IPPoolSettings, complaints: inout [String]) -> PoolInfo? {
    guard let cidr = RouteKey<Address>(pool.cidr) else {
      if RouteKey<IPv4Address>(pool.cidr) == nil && RouteKey<IPv6Address>(pool.cidr) == nil {
        complaints.append("cidr \"\(pool.cidr)\" is not a prefix")
      }
      return nil
    }
    guard cidr.prefixLength > 0 else {
      complaints.append("cidr \"\(pool.cidr)\" would cover every address")
      return nil
    }
    return PoolInfo(cidr: cidr, natOutgoing: pool.natOutgoing)
  }
}
