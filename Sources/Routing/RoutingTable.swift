import DataplaneABI

/// What one family's route map and the kernel's main table should hold.
public struct RoutingTable<Address: TextualIPAddress>: Hashable, Sendable {
  /// `cali_v4_routes` or `cali_v6_routes`.
  public var entries: [RouteKey<Address>: Route<Address>] = [:]
  /// Routes of protocol 80 in the main table, by destination.
  public var kernelRoutes: [RouteKey<Address>: KernelRoute<Address>] = [:]
  /// What could not be routed, and why: one sentence each, in no particular order.
  public var complaints: [String] = []

  public init() {}
}

/// A kernel route that is ours.
public enum KernelRoute<Address: TextualIPAddress>: Hashable, Sendable {
  /// To a pod of this node, straight onto its interface.
  case device(interfaceIndex: UInt32)
  /// To the pods of another node, through that node.
  case gateway(Address, interfaceIndex: UInt32)
  /// To addresses of this node's pods that no pod has: they must not leave by the default route and come back.
  case blackhole
  /// Bears our protocol number but is of a shape that we never make; never desired.
  case foreign(String)
}
