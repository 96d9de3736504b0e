import DataplaneABI
import Routing

/// Brings one family's route map to what routing asks for, in two halves: what traffic needs is written before its
/// interface comes up, and what it no longer needs is deleted after its interface went down.
struct RouteMap<Address: TextualIPAddress> {
  private var entries: TableMirror<RouteKey<Address>, Route<Address>>

  init(_ table: KernelTable<RouteKey<Address>, Route<Address>>) { entries = TableMirror(table) }

  var effects: Int { entries.effects }
  var count: Int { entries.contents.count }

  /// The entries of this node's pods.
  var localWorkloads: some Sequence<Route<Address>> {
    entries.contents.values.lazy.filter { $0.flags.contains([.workload, .local]) && $0.interfaceIndex != 0 }
  }

  mutating func distrust() { entries.distrust() }
  mutating func refresh() throws { try entries.refresh() }

  /// Whether `write` and `removeAllBut` have anything to do.
  func differs(from desired: [RouteKey<Address>: Route<Address>]) -> Bool { entries.contents != desired }

  mutating func write(_ desired: [RouteKey<Address>: Route<Address>]) throws { try entries.write(desired) }

  mutating func removeAllBut(_ desired: [RouteKey<Address>: Route<Address>]) throws {
    try entries.remove(entries.contents.keys.filter { desired[$0] == nil })
  }

  /// Whether the kernel holds the address's entry just so.
  func holds(_ key: RouteKey<Address>, _ route: Route<Address>) -> Bool { entries.contents[key] == route }
}

extension RoutingTable {
  /// Has the routes to pods of this node lead to their policies, whose first slots are given by the index of the pods' interfaces.
  mutating func putPolicies(_ slots: [UInt32: UInt32]) {
    for (key, route) in entries where route.flags.contains([.workload, .local]) && route.interfaceIndex != 0 {
      entries[key]?.policy = slots[route.interfaceIndex] ?? 0
    }
  }
}
