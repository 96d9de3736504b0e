/// Changes that wait for the consumer: of each object only the latest, in the order in which they first changed.
struct DeltaBuffer<Object: KubernetesResource> {
  /// What the consumer has to be told of one object.
  private enum Change {
    case added(Object)
    case modified(Object)
    case deleted
    /// Deleted and made anew.
    case replaced(Object)
    /// Came and went unseen. Stays until the next drain to keep its place in the order.
    case nothing
  }

  private enum Slot {
    case object(ObjectKey)
    case synced
  }

  private var changes: [ObjectKey: Change] = [:]
  private var order: [Slot] = []

  /// Objects that changed since the last drain.
  var count: Int { changes.count }
  var isEmpty: Bool { order.isEmpty }

  mutating func append(_ delta: Delta<Object>) {
    guard let key = delta.key else { return order.append(.synced) }
    let old = changes[key]
    if old == nil { order.append(.object(key)) }
    changes[key] = Self.merge(old, delta)
  }

  private static func merge(_ old: Change?, _ delta: Delta<Object>) -> Change {
    switch (old, delta) {
    case (nil, .added(let object)), (.nothing, .added(let object)): .added(object)
    case (.added, .added(let object)), (.added, .modified(let object)): .added(object)
    case (.deleted, .added(let object)), (.deleted, .modified(let object)): .replaced(object)
    case (.replaced, .added(let object)), (.replaced, .modified(let object)): .replaced(object)
    case (.added, .deleted), (.nothing, .deleted): .nothing
    case (_, .added(let object)), (_, .modified(let object)): .modified(object)
    case (_, .deleted): .deleted
    case (_, .synced): old ?? .nothing
    }
  }

  /// All that waits; nothing waits afterwards.
  mutating func drain() -> [Delta<Object>] {
    defer {
      changes = [:]
      order = []
    }
    var deltas: [Delta<Object>] = []
    deltas.reserveCapacity(order.count)
    for slot in order {
      switch slot {
      case .synced: deltas.append(.synced)
      case .object(let key):
        switch changes[key] {
        case .added(let object): deltas.append(.added(object))
        case .modified(let object): deltas.append(.modified(object))
        case .deleted: deltas.append(.deleted(key))
        case .replaced(let object): deltas += [.deleted(key), .added(object)]
        case .nothing, nil: break
        }
      }
    }
    return deltas
  }
}
