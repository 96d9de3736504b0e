import Dispatch
import Synchronization

/// All objects of the cluster: read from memory, written through to the database, watched.
///
/// Writes run one after another on a queue of their own. A write is committed to disk first, then becomes visible and
/// reaches the watchers in the same step, so that nobody sees what a crash could take back.
final class ObjectStore: Sendable {
  struct State: Sendable {
    var revision: Int64
    var objects: [String: [ObjectKey: StoredObject]]
    var history: ChangeHistory
    var watchers: [Int: Watcher] = [:]
    var lastWatcher = 0
    var closed = false
  }

  let state: Mutex<State>
  private let database: ObjectDatabase
  private let queue = DispatchQueue(label: "apus.control-plane.store")

  /// - Parameter historyCapacity: changes remembered for watches and pages; older ones answer 410 Gone.
  init(database: ObjectDatabase, historyCapacity: Int = 20_000) throws {
    self.database = database
    let contents = try database.load()
    var objects: [String: [ObjectKey: StoredObject]] = [:]
    for object in contents.objects { objects[object.key.resource, default: [:]][object.key] = object }
    state = Mutex(
      State(
        revision: contents.revision, objects: objects,
        history: ChangeHistory(after: contents.revision, capacity: historyCapacity)))
  }

  var revision: Int64 { state.withLock { $0.revision } }

  func object(_ key: ObjectKey) -> StoredObject? {
    state.withLock { $0.objects[key.resource]?[key] }
  }

  /// The objects of a resource in the order of their keys, and the revision they are as of.
  /// - Parameter namespace: nil for all.
  func list(_ resource: String, namespace: String? = nil) -> (objects: [StoredObject], revision: Int64) {
    let (objects, revision) = state.withLock { ($0.objects[resource] ?? [:], $0.revision) }
    return (Self.sorted(objects, namespace: namespace), revision)
  }

  /// The objects as they were at a revision; nil when that is no longer known.
  func list(_ resource: String, namespace: String?, asOf revision: Int64) -> [StoredObject]? {
    let (objects, later) = state.withLock { state in
      (state.objects[resource] ?? [:], revision <= state.revision ? state.history.changes(after: revision) : nil)
    }
    guard let later else { return nil }
    var past = objects
    for change in later.reversed() where change.object.key.resource == resource {
      past[change.object.key] = change.previous
    }
    return Self.sorted(past, namespace: namespace)
  }

  private static func sorted(_ objects: [ObjectKey: StoredObject], namespace: String?) -> [StoredObject] {
    let chosen = namespace.map { namespace in objects.values.filter { $0.key.namespace == namespace } }
    return (chosen ?? Array(objects.values)).sorted { $0.key < $1.key }
  }

  /// Runs a transaction and commits what it changed. When the body throws, nothing is changed.
  /// - Parameter dryRun: runs the body, then forgets what it changed.
  @discardableResult
  func write<Value: Sendable>(
    dryRun: Bool = false, _ body: @escaping @Sendable (StoreTransaction) throws -> Value
  ) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      queue.async {
        continuation.resume(
          with: Result {
            let transaction = StoreTransaction(self, revision: self.revision)
            let value = try body(transaction)
            if !dryRun { try self.commit(transaction) }
            return value
          })
      }
    }
  }

  private func commit(_ transaction: StoreTransaction) throws {
    guard !transaction.changes.isEmpty else { return }
    try database.commit(transaction.changes, revision: transaction.revision)
    state.withLock { state in
      state.revision = transaction.revision
      for change in transaction.changes {
        let key = change.object.key
        state.objects[key.resource, default: [:]][key] = change.kind == .deleted ? nil : change.object
        state.history.append(change)
        state.publish(change)
      }
    }
  }
}
