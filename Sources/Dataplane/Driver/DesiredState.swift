import DataplaneABI
import Routing
import Services

/// What the kernel of this node should hold, as calculated from the cluster's state and this node's interfaces.
public struct DesiredState: Sendable {
  public typealias Frontends<Address: TextualIPAddress> = [FrontendKey<Address>: FrontendSpec<Address>]

  public var frontends: PerFamily<Frontends<IPv4Address>, Frontends<IPv6Address>>
  public var routing: PerFamily<RoutingTable<IPv4Address>, RoutingTable<IPv6Address>>
  /// The pods of this node, as "namespace/name", by the names of their host-side interfaces.
  public var workloads: [String: String]
  /// What is enforced at them, by the same names; what a pod may do is not known as long as it has none.
  public var policies: [String: WorkloadPolicy]
  /// The interfaces that lead to other nodes.
  public var dataInterfaces: Set<String>
  public var settings: NodeSettings

  public init(
    frontends: PerFamily<Frontends<IPv4Address>, Frontends<IPv6Address>> = PerFamily(ipv4: [:], ipv6: [:]),
    routing: PerFamily<RoutingTable<IPv4Address>, RoutingTable<IPv6Address>> = PerFamily(
      ipv4: RoutingTable(), ipv6: RoutingTable()),
    workloads: [String: String] = [:], policies: [String: WorkloadPolicy] = [:], dataInterfaces: Set<String> = [],
    settings: NodeSettings = NodeSettings()
  ) {
    self.frontends = frontends
    self.routing = routing
    self.workloads = workloads
    self.policies = policies
    self.dataInterfaces = dataInterfaces
    self.settings = settings
  }
}

/// The frontends that differ from those of the `apply` before.
public typealias ChangedFrontends = PerFamily<Set<FrontendKey<IPv4Address>>, Set<FrontendKey<IPv6Address>>>

extension ChangedFrontends {
  public static var none: ChangedFrontends { ChangedFrontends(ipv4: [], ipv6: []) }
}
