import DataplaneABI

/// The member map of one family, whose entries can be found by the frontend's id.
struct MemberTable<Address: IPAddress> {
  private var mirror: TableMirror<MemberKey<Address>, MemberFlags>
  private var byIdentifier: [UInt32: Set<MemberKey<Address>>] = [:]

  init(_ table: KernelTable<MemberKey<Address>, MemberFlags>) { mirror = TableMirror(table) }

  var effects: Int { mirror.effects }
  /// All that the kernel holds.
  var keys: Set<MemberKey<Address>> { Set(mirror.contents.keys) }

  /// What the kernel holds for frontends of these ids.
  func keys(of identifiers: [UInt32]) -> Set<MemberKey<Address>> {
    identifiers.reduce(into: []) { $0.formUnion(byIdentifier[$1] ?? []) }
  }

  mutating func distrust() { mirror.distrust() }

  /// Reads the map back if it cannot be trusted. Returns whether it did.
  mutating func refresh() throws -> Bool {
    guard try mirror.refresh() else { return false }
    byIdentifier = [:]
    for key in mirror.contents.keys { byIdentifier[key.id, default: []].insert(key) }
    return true
  }

  mutating func write(_ members: [MemberKey<Address>: MemberFlags]) throws {
    try mirror.write(members)
    for key in members.keys { byIdentifier[key.id, default: []].insert(key) }
  }

  mutating func remove(_ keys: Set<MemberKey<Address>>) throws {
    try mirror.remove(keys)
    for key in keys {
      byIdentifier[key.id]?.remove(key)
      if byIdentifier[key.id]?.isEmpty == true { byIdentifier[key.id] = nil }
    }
  }
}
