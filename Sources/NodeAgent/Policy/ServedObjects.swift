import CalicoAPI
import KubernetesClient

/// Objects of a kind of Calico's, from both groups that may serve it. A cluster with Calico's API server has both, and they are the
/// same objects; those of projectcalico.org count.
struct ServedObjects<Definition: CalicoKind>: Sendable {
  typealias Object = CalicoObject<Definition, ProjectCalico>

  struct Key: Hashable, Sendable {
    var namespace: String
    var name: String
  }

  private var served: [Key: Object] = [:]
  private var stored: [Key: Object] = [:]
  /// A stored object's own name may be another than that of what it stands for.
  private var keys: [Key: Key] = [:]

  /// Takes in a change of what is served. Returns the object that it is about, and what counts of it now.
  mutating func set(_ delta: Delta<Object>) -> (key: Key, object: Object?)? {
    guard let key = delta.key.map({ Key(namespace: $0.namespace, name: $0.name) }) else { return nil }
    served[key] = delta.object
    return (key, served[key] ?? stored[key])
  }

  /// The same of what is stored.
  mutating func set(
    stored delta: Delta<CalicoObject<Definition, CustomProjectCalico>>
  ) -> (key: Key, object: Object?)? {
    guard let own = delta.key.map({ Key(namespace: $0.namespace, name: $0.name) }) else { return nil }
    guard let object = delta.object?.asServed else {
      let key = keys.removeValue(forKey: own) ?? own
      stored[key] = nil
      return (key, served[key])
    }
    let key = Key(namespace: own.namespace, name: object.metadata.name)
    keys[own] = key
    stored[key] = object
    return (key, served[key] ?? object)
  }
}
