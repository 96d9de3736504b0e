/// The view of a write in progress: its own changes over what is stored.
final class StoreTransaction {
  private let store: ObjectStore
  private var pending: [ObjectKey: StoredObject?] = [:]
  private(set) var changes: [Change] = []
  /// The revision of the latest change, or of the store when nothing was changed.
  private(set) var revision: Int64

  init(_ store: ObjectStore, revision: Int64) {
    self.store = store
    self.revision = revision
  }

  func object(_ key: ObjectKey) -> StoredObject? {
    if let changed = pending[key] { return changed }
    return store.object(key)
  }

  func list(_ resource: String, namespace: String? = nil) -> [StoredObject] {
    var objects = store.list(resource, namespace: namespace).objects.filter { pending[$0.key] == nil }
    objects += pending.values.compactMap { $0 }.filter {
      $0.key.resource == resource && (namespace == nil || $0.key.namespace == namespace)
    }
    return objects.sorted { $0.key < $1.key }
  }

  @discardableResult
  func put(_ key: ObjectKey, _ value: JSON) -> StoredObject {
    let previous = object(key)
    revision += 1
    let object = StoredObject(key: key, revision: revision, value: value)
    pending[key] = .some(object)
    changes.append(Change(kind: previous == nil ? .added : .modified, object: object, previous: previous))
    return object
  }

  /// Removes an object and returns it with the revision of its deletion; nil when there is none.
  @discardableResult
  func delete(_ key: ObjectKey) -> StoredObject? {
    guard let previous = object(key) else { return nil }
    revision += 1
    let object = StoredObject(key: key, revision: revision, value: previous.value)
    pending[key] = .some(nil)
    changes.append(Change(kind: .deleted, object: object, previous: previous))
    return object
  }
}
