import DataplaneABI

/// Brings one family's route map to what routing asks for, in two halves: what traffic needs is written before its
/// interface comes up, and what it no longer needs is deleted after its interface went down.
struct RouteMap<Address: TextualIPAddress> {
  private var entries: TableMirror<RouteKey<Address>, Route<Address>>

  init(_ table: KernelTable<RouteKey<Address>, Route<Address>>) { entries = TableMirror(table) }

  var effects: Int { entries.effects }
  var count: Int { entries.contents.count }

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
