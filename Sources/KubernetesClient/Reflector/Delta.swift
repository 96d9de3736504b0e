/// One step from what the consumer knows to what the server has.
public enum Delta<Object: KubernetesResource>: Sendable {
  /// An object that the consumer does not know.
  case added(Object)
  /// The latest state of an object that the consumer knows; states between may have been left out.
  case modified(Object)
  /// An object that the consumer knows is gone. One that was deleted and made anew is deleted, then added.
  case deleted(ObjectKey)
  /// All that a complete list held has been delivered. Comes once, before any later change is told of as new.
  case synced

  /// The object's place, nil for `synced`.
  public var key: ObjectKey? {
    switch self {
    case .added(let object), .modified(let object): object.key
    case .deleted(let key): key
    case .synced: nil
    }
  }
}
