import DataplaneABI
import Services

/// Brings one family's service maps to what the services ask for.
///
/// At every moment a packet that finds a frontend also finds the backend it chooses, whatever step the last write was:
/// frontends that are to go leave first, then backends are written, then frontends, and only then are backends deleted
/// that no frontend counts any more. A sweep that runs meanwhile finds every backend that can be chosen among the members:
/// those are written first and deleted last.
public struct ServiceMaps<Address: TextualIPAddress> {
  private var frontends: TableMirror<FrontendKey<Address>, Frontend>
  private var backends: TableMirror<BackendKey, Backend<Address>>
  private var members: MemberTable<Address>
  private var ids: ServiceIDs<Address>?

  public init(
    frontends: KernelTable<FrontendKey<Address>, Frontend>, backends: KernelTable<BackendKey, Backend<Address>>,
    members: KernelTable<MemberKey<Address>, MemberFlags>
  ) {
    self.frontends = TableMirror(frontends)
    self.backends = TableMirror(backends)
    self.members = MemberTable(members)
  }

  /// Entries written and deleted since the start.
  public var effects: Int { frontends.effects + backends.effects + members.effects }
  /// Frontends and backends in the kernel.
  public var counts: (frontends: Int, backends: Int) { (frontends.contents.count, backends.contents.count) }

  /// Has the next `apply` read the maps back, and repair what others changed.
  public mutating func distrust() {
    frontends.distrust()
    backends.distrust()
    members.distrust()
  }

  /// Writes what differs from `desired`, looking only at the frontends in `changed` if the maps are known.
  public mutating func apply(
    _ desired: [FrontendKey<Address>: FrontendSpec<Address>], changed: Set<FrontendKey<Address>>
  ) throws {
    let isComplete = try refresh()
    let keys = isComplete ? Set(desired.keys).union(frontends.contents.keys) : changed
    if keys.isEmpty && !isComplete { return }
    var surplus = isComplete ? Set(backends.contents.keys) : ordinals(of: keys)
    var newBackends: [BackendKey: Backend<Address>] = [:]
    var newFrontends: [FrontendKey<Address>: Frontend] = [:]
    var newMembers: [MemberKey<Address>: MemberFlags] = [:]
    let surplusMembers = isComplete ? members.keys : members.keys(of: identifiers(of: keys))
    // Sorted, so that ids do not depend on hash seeds.
    for key in keys.sorted(by: { $0.isBefore($1) }) {
      guard let spec = desired[key] else { continue }
      let id = identifier(of: key)
      newFrontends[key] = spec.value(id: id)
      newMembers.merge(spec.members(id: id)) { $1 }
      for (ordinal, backend) in spec.backends.enumerated() {
        let slot = BackendKey(id: id, ordinal: UInt32(ordinal))
        newBackends[slot] = backend
        surplus.remove(slot)
      }
    }
    let gone = keys.filter { desired[$0] == nil }
    do {
      try frontends.remove(gone)
      try members.write(newMembers)
      try backends.write(newBackends)
      try frontends.write(newFrontends)
      try backends.remove(surplus)
      try members.remove(surplusMembers.filter { newMembers[$0] == nil })
    } catch {
      // What was done so far is not known exactly, so the next attempt looks at everything.
      distrust()
      throw error
    }
    for key in gone { ids?.retire(key) }
    ids?.released(Set(surplus.map(\.id)).subtracting(newFrontends.values.map(\.id)))
  }

  /// Reads the maps if needed; the first time adopts the ids in them. Returns whether it read.
  private mutating func refresh() throws -> Bool {
    let didRead = try frontends.refresh()
    let didReadBackends = try backends.refresh()
    let didReadMembers = try members.refresh()
    if ids == nil { ids = ServiceIDs(frontends: frontends.contents, backends: backends.contents.keys) }
    return didRead || didReadBackends || didReadMembers
  }

  private mutating func identifier(of key: FrontendKey<Address>) -> UInt32 {
    var allocator = ids ?? ServiceIDs(backends: [])
    defer { ids = allocator }
    return allocator.id(of: key)
  }

  /// The ids that the kernel's frontends have.
  private func identifiers(of keys: Set<FrontendKey<Address>>) -> [UInt32] {
    keys.compactMap { frontends.contents[$0]?.id }
  }

  /// The backends that the kernel's frontends count.
  private func ordinals(of keys: Set<FrontendKey<Address>>) -> Set<BackendKey> {
    var all: Set<BackendKey> = []
    for key in keys {
      guard let frontend = frontends.contents[key] else { continue }
      for ordinal in 0..<frontend.count { all.insert(BackendKey(id: frontend.id, ordinal: ordinal)) }
    }
    return all
  }
}
