import DataplaneABI

/// Gives each frontend the id that joins it to its backends.
///
/// An id stays with its frontend for as long as the frontend is there, across restarts too: `init` adopts what the maps
/// hold. An id is not given out while an entry with it may still be in a map, so a frontend can never reach the left-over
/// backends of another, nor let in its clients.
public struct ServiceIDs<Address: IPAddress>: Sendable {
  private var ids: [FrontendKey<Address>: UInt32] = [:]
  /// Ids of frontends, and ids without a frontend whose entries may still be in a map.
  private var inUse: Set<UInt32>
  private var last: UInt32

  /// Adopts the ids in the maps. Should two frontends share one, the first keeps it and the other gets a new one.
  ///
  /// - Parameter others: ids in entries that are neither frontends nor backends.
  public init(
    frontends: [FrontendKey<Address>: Frontend] = [:], backends: some Sequence<BackendKey> = [],
    others: Set<UInt32> = []
  ) {
    var owners: [UInt32: FrontendKey<Address>] = [:]
    for (key, frontend) in frontends where frontend.id != 0 {
      if let other = owners[frontend.id], other.isBefore(key) { continue }
      owners[frontend.id] = key
    }
    for (id, key) in owners { ids[key] = id }
    inUse = Set(backends.map(\.id)).union(owners.keys).union(others)
    last = inUse.max() ?? 0
  }

  /// The frontend's id, a new one if it has none.
  public mutating func id(of key: FrontendKey<Address>) -> UInt32 {
    if let id = ids[key] { return id }
    repeat { last = last == .max ? 1 : last + 1 } while inUse.contains(last)
    ids[key] = last
    inUse.insert(last)
    return last
  }

  /// The frontend is to go; its id rests until `released` says that its backends are gone too.
  public mutating func retire(_ key: FrontendKey<Address>) { ids[key] = nil }

  /// No entry with these ids is left in the maps. Ids that a frontend has again are kept.
  public mutating func released(_ gone: some Sequence<UInt32>) {
    inUse.subtract(gone)
    inUse.formUnion(ids.values)
  }
}
