import DataplaneABI

/// Which service ports of a family have Maglev tables: the first ones by name, so that every node comes to the same.
struct MaglevAdmission: Sendable {
  private(set) var admitted: Set<MaglevPort> = []
  private(set) var refused: [MaglevPort: MaglevRefusal] = [:]
  /// The service ports that want tables, and how many: one for each address.
  private var wanted: [MaglevPort: Int] = [:]
  private var portsOf: [ServiceName: Set<MaglevPort>] = [:]

  /// Says which tables a service wants now.
  mutating func set(_ tables: [MaglevPort: Int], of service: ServiceName) {
    for port in portsOf[service] ?? [] { wanted[port] = nil }
    portsOf[service] = tables.isEmpty ? nil : Set(tables.keys)
    wanted.merge(tables) { $1 }
  }

  /// Decides anew. Returns the service ports that get a table now, or lose it.
  mutating func settle(_ limits: MaglevLimits) -> Set<MaglevPort> {
    if wanted.isEmpty && admitted.isEmpty && refused.isEmpty { return [] }
    let before = admitted
    (admitted, refused) = ([], [:])
    var room = Int(MapCapacity.maglev) / Int(limits.slots)
    for (port, count) in wanted.sorted(by: { $0.key < $1.key }) {
      if admitted.count == limits.services {
        refused[port] = .services
      } else if count > room {
        refused[port] = .slots
      } else {
        admitted.insert(port)
        room -= count
      }
    }
    return before.symmetricDifference(admitted)
  }
}
