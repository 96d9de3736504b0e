import DataplaneABI

/// Where a Service is reached in one family.
public struct ServiceAddresses<Address: TextualIPAddress>: Hashable, Sendable {
  /// `clusterIPs`
  public var clusterIP: Address
  /// `externalIPs`
  public var externalIPs: Set<Address>
  /// `status.loadBalancer.ingress`, but for those that a proxy answers for (`ipMode: Proxy`).
  public var loadBalancerIPs: Set<Address>
  /// `loadBalancerSourceRanges`: the clients that may use `loadBalancerIPs`. Nil is everybody, none is nobody.
  public var sourceRanges: Set<RouteKey<Address>>?

  public init(
    clusterIP: Address, externalIPs: Set<Address> = [], loadBalancerIPs: Set<Address> = [],
    sourceRanges: Set<RouteKey<Address>>? = nil
  ) {
    self.clusterIP = clusterIP
    self.externalIPs = externalIPs
    self.loadBalancerIPs = loadBalancerIPs
    self.sourceRanges = sourceRanges
  }
}

/// How a frontend came to be. Of two Services that want the same frontend, the one whose claim comes first here has it, so
/// that nobody takes another's address by writing it down.
public enum FrontendKind: Int, Comparable, Sendable, CaseIterable {
  /// The API server gave it.
  case clusterIP
  /// The API server gave the port.
  case nodePort
  /// A load balancer's controller gave it.
  case loadBalancer
  /// Whoever wrote the Service gave it.
  case externalIP

  public static func < (left: FrontendKind, right: FrontendKind) -> Bool { left.rawValue < right.rawValue }
}

extension TextualIPAddress {
  /// Whether a service can have it: it is neither unspecified, nor a host's own, nor a group's. The last keeps out the one of
  /// all ones, too, which stands for every node in the maps.
  var canBeServed: Bool {
    if self == .any { return false }
    return withUnsafeBytes(of: self) { octets in
      if Self.bitWidth == 32 { return octets[0] != 127 && octets[0] < 224 }
      let isLoopback = octets.dropLast().allSatisfy { $0 == 0 } && octets.last == 1
      return !isLoopback && octets[0] != 0xff
    }
  }
}
