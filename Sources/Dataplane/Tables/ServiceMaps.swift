import DataplaneABI
import Services

/// Brings one family's service maps to what the services ask for.
///
/// At every moment a packet that finds a frontend also finds the backend it chooses, whatever step the last write was:
/// frontends that are to go leave first, then backends are written, then frontends, and only then are backends deleted
/// that no frontend counts any more. A sweep that runs meanwhile finds every backend that can be chosen among the members:
/// those are written first and deleted last.
///
/// A frontend says that it has a Maglev table when each slot is there, and slots go when no frontend leads to them. Tables that are
/// not wanted any more make room before others are written.
///
/// Who may come in from outside is narrowed before anything else is written. A frontend that lets in some clients only has all of
/// them: their ranges are there before it says so, and those of one that lets in everybody again go after that.
public struct ServiceMaps<Address: TextualIPAddress> {
  private var frontends: TableMirror<FrontendKey<Address>, Frontend>
  private var backends: TableMirror<BackendKey, Backend<Address>>
  private var members: IdentifiedTable<MemberKey<Address>, MemberFlags>
  private var sourceRanges: IdentifiedTable<SourceRangeKey<Address>, UInt32>
  private var maglev: IdentifiedTable<BackendKey, Backend<Address>>
  private var ids: ServiceIDs<Address>?

  public init(
    frontends: KernelTable<FrontendKey<Address>, Frontend>, backends: KernelTable<BackendKey, Backend<Address>>,
    members: KernelTable<MemberKey<Address>, MemberFlags>,
    sourceRanges: KernelTable<SourceRangeKey<Address>, UInt32>, maglev: KernelTable<BackendKey, Backend<Address>>
  ) {
    self.frontends = TableMirror(frontends)
    self.backends = TableMirror(backends)
    self.members = IdentifiedTable(members)
    self.sourceRanges = IdentifiedTable(sourceRanges)
    self.maglev = IdentifiedTable(maglev)
  }

  /// Entries written and deleted since the start.
  public var effects: Int {
    frontends.effects + backends.effects + members.effects + sourceRanges.effects + maglev.effects
  }
  /// Frontends and backends in the kernel.
  public var counts: (frontends: Int, backends: Int) { (frontends.contents.count, backends.contents.count) }

  /// Has the next `apply` read the maps back, and repair what others changed.
  public mutating func distrust() {
    frontends.distrust()
    backends.distrust()
    members.distrust()
    sourceRanges.distrust()
    maglev.distrust()
  }

  /// Writes what differs from `desired`, looking only at the frontends in `changed` if the maps are known.
  public mutating func apply(
    _ desired: [FrontendKey<Address>: FrontendSpec<Address>], changed: Set<FrontendKey<Address>>
  ) throws {
    let isComplete = try refresh()
    let keys = isComplete ? Set(desired.keys).union(frontends.contents.keys) : changed
    if keys.isEmpty && !isComplete { return }
    let gone = keys.filter { desired[$0] == nil }
    let old = isComplete ? everything() : entries(of: keys)
    let new = entries(of: desired, keys)
    do {
      try write(new, replacing: old, gone)
    } catch {
      // What was done so far is not known exactly, so the next attempt looks at everything.
      distrust()
      throw error
    }
    for key in gone { ids?.retire(key) }
    ids?.released(old.identifiers.subtracting(new.frontends.values.map(\.id)))
  }

  private mutating func write(_ new: Entries, replacing old: OldEntries, _ gone: Set<FrontendKey<Address>>) throws {
    let surplusRanges = old.sourceRanges.filter { new.sourceRanges[$0] == nil }
    let restricted = Set(new.frontends.values.filter { $0.flags.contains(.sourceRanges) }.map(\.id))
    try frontends.remove(gone)
    try sourceRanges.write(new.sourceRanges)
    try sourceRanges.remove(surplusRanges.filter { restricted.contains($0.id) })
    try frontends.write(closing(new.frontends))
    try frontends.write(withoutTable(new.frontends))
    let tables = Set(new.frontends.values.filter { $0.flags.contains(.maglev) }.map(\.id))
    try maglev.remove(old.maglev.filter { !tables.contains($0.id) })
    try members.write(new.members)
    try backends.write(new.backends)
    try maglev.write(new.maglev)
    try frontends.write(new.frontends)
    try maglev.remove(old.maglev.filter { new.maglev[$0] == nil })
    try backends.remove(old.backends.filter { new.backends[$0] == nil })
    try sourceRanges.remove(surplusRanges.filter { !restricted.contains($0.id) })
    try members.remove(old.members.filter { new.members[$0] == nil })
  }

  /// Frontends that no longer let everybody in, as they are but for that: whatever else cannot be written, this is.
  private func closing(_ new: [FrontendKey<Address>: Frontend]) -> [FrontendKey<Address>: Frontend] {
    var closing: [FrontendKey<Address>: Frontend] = [:]
    for (key, frontend) in new where frontend.flags.contains(.sourceRanges) {
      guard var present = frontends.contents[key], present.id == frontend.id else { continue }
      present.flags.insert(.sourceRanges)
      closing[key] = present
    }
    return closing
  }

  /// Frontends that have no table any more, as they are but for that.
  private func withoutTable(_ new: [FrontendKey<Address>: Frontend]) -> [FrontendKey<Address>: Frontend] {
    var others: [FrontendKey<Address>: Frontend] = [:]
    for (key, frontend) in new where !frontend.flags.contains(.maglev) {
      guard var present = frontends.contents[key], present.flags.contains(.maglev) else { continue }
      present.flags.remove(.maglev)
      present.maglevSlots = 0
      others[key] = present
    }
    return others
  }

  /// Reads the maps if needed; the first time adopts the ids in them. Returns whether it read.
  private mutating func refresh() throws -> Bool {
    let didRead = try frontends.refresh()
    let didReadBackends = try backends.refresh()
    let didReadMembers = try members.refresh()
    let didReadRanges = try sourceRanges.refresh()
    let didReadTables = try maglev.refresh()
    if ids == nil {
      ids = ServiceIDs(
        frontends: frontends.contents, backends: backends.contents.keys,
        others: sourceRanges.identifiers.union(maglev.identifiers))
    }
    return didRead || didReadBackends || didReadMembers || didReadRanges || didReadTables
  }

  private mutating func identifier(of key: FrontendKey<Address>) -> UInt32 {
    var allocator = ids ?? ServiceIDs(backends: [])
    defer { ids = allocator }
    return allocator.id(of: key)
  }

  // MARK: Entries

  /// What the maps should hold.
  private struct Entries {
    var frontends: [FrontendKey<Address>: Frontend] = [:]
    var backends: [BackendKey: Backend<Address>] = [:]
    var members: [MemberKey<Address>: MemberFlags] = [:]
    var sourceRanges: [SourceRangeKey<Address>: UInt32] = [:]
    var maglev: [BackendKey: Backend<Address>] = [:]
  }

  /// What the maps hold beside frontends.
  private struct OldEntries {
    var backends: Set<BackendKey>
    var members: Set<MemberKey<Address>>
    var sourceRanges: Set<SourceRangeKey<Address>>
    var maglev: Set<BackendKey>

    /// Members do not count: nothing is chosen among them, and a flow's end is sought with its own address.
    var identifiers: Set<UInt32> { Set(backends.map(\.id)).union(sourceRanges.map(\.id)).union(maglev.map(\.id)) }
  }

  private mutating func entries(
    of desired: [FrontendKey<Address>: FrontendSpec<Address>], _ keys: Set<FrontendKey<Address>>
  ) -> Entries {
    var entries = Entries()
    // Sorted, so that ids do not depend on hash seeds.
    for key in keys.sorted(by: { $0.isBefore($1) }) {
      guard let spec = desired[key] else { continue }
      let id = identifier(of: key)
      entries.frontends[key] = spec.value(id: id)
      entries.members.merge(spec.members(id: id)) { $1 }
      entries.sourceRanges.merge(spec.sourceRangeEntries(id: id)) { $1 }
      entries.maglev.merge(spec.maglevEntries(id: id)) { $1 }
      for (ordinal, backend) in spec.backends.enumerated() {
        entries.backends[BackendKey(id: id, ordinal: UInt32(ordinal))] = backend
      }
    }
    return entries
  }

  private func everything() -> OldEntries {
    OldEntries(
      backends: Set(backends.contents.keys), members: members.keys, sourceRanges: sourceRanges.keys,
      maglev: maglev.keys)
  }

  /// What the kernel's frontends of these keys count, and what is kept for them.
  private func entries(of keys: Set<FrontendKey<Address>>) -> OldEntries {
    let present = keys.compactMap { frontends.contents[$0] }
    let identifiers = present.map(\.id)
    var all: Set<BackendKey> = []
    for frontend in present {
      for ordinal in 0..<frontend.count { all.insert(BackendKey(id: frontend.id, ordinal: ordinal)) }
    }
    return OldEntries(
      backends: all, members: members.keys(of: identifiers), sourceRanges: sourceRanges.keys(of: identifiers),
      maglev: maglev.keys(of: identifiers))
  }
}
