import DataplaneABI

/// A key that begins with the id of the frontend it belongs to.
protocol IdentifiedKey: Hashable, Sendable {
  /// `Frontend.id`
  var id: UInt32 { get }
}

extension MemberKey: IdentifiedKey {}
extension BackendKey: IdentifiedKey {}
extension SourceRangeKey: IdentifiedKey {}

/// A map of one family whose entries can be found by the frontend's id.
struct IdentifiedTable<Key: IdentifiedKey, Value: Hashable & Sendable> {
  private var mirror: TableMirror<Key, Value>
  private var byIdentifier: [UInt32: Set<Key>] = [:]

  init(_ table: KernelTable<Key, Value>) { mirror = TableMirror(table) }

  var effects: Int { mirror.effects }
  /// All that the kernel holds.
  var keys: Set<Key> { Set(mirror.contents.keys) }
  /// The ids of all frontends that the kernel holds something for.
  var identifiers: Set<UInt32> { Set(byIdentifier.keys) }

  /// What the kernel holds for frontends of these ids.
  func keys(of identifiers: [UInt32]) -> Set<Key> {
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

  mutating func write(_ entries: [Key: Value]) throws {
    try mirror.write(entries)
    for key in entries.keys { byIdentifier[key.id, default: []].insert(key) }
  }

  mutating func remove(_ keys: Set<Key>) throws {
    try mirror.remove(keys)
    for key in keys {
      byIdentifier[key.id]?.remove(key)
      if byIdentifier[key.id]?.isEmpty == true { byIdentifier[key.id] = nil }
    }
  }
}
