/// The current objects of a kind, kept by applying deltas.
public struct ObjectCache<Object: KubernetesResource>: Sendable {
  /// The objects by place.
  public private(set) var objects: [ObjectKey: Object] = [:]
  /// Whether the objects are all that the server had at some moment since the start.
  public private(set) var isSynced = false

  public init() {}

  /// Applies one delta and returns the object's state before it.
  @discardableResult
  public mutating func apply(_ delta: Delta<Object>) -> Object? {
    switch delta {
    case .added(let object), .modified(let object):
      return objects.updateValue(object, forKey: object.key)
    case .deleted(let key):
      return objects.removeValue(forKey: key)
    case .synced:
      isSynced = true
      return nil
    }
  }

  public subscript(key: ObjectKey) -> Object? { objects[key] }
  public subscript(namespace: String, name: String) -> Object? { objects[ObjectKey(namespace: namespace, name: name)] }
}
