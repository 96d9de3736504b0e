/// The path of a resource below the server's URL.
enum ResourcePath {
  /// All objects of a kind, in one namespace or (nil) in all.
  static func collection<Object: KubernetesResource>(
    _ type: Object.Type, namespace: String?
  ) throws(KubernetesError) -> String {
    let root = type.group.isEmpty ? "/api/\(type.version)" : "/apis/\(type.group)/\(type.version)"
    guard type.isNamespaced, let namespace else { return "\(root)/\(type.plural)" }
    return "\(root)/namespaces/\(try segment(namespace, "namespace", type))/\(type.plural)"
  }

  /// One object, or one of its subresources.
  static func object<Object: KubernetesResource>(
    _ type: Object.Type, name: String, namespace: String, subresource: Subresource? = nil
  ) throws(KubernetesError) -> String {
    let collection = try collection(type, namespace: namespace)
    let object = "\(collection)/\(try segment(name, "name", type))"
    guard let subresource else { return object }
    return "\(object)/\(subresource.rawValue)"
  }

  /// A name must not change which path is meant (the rule of `k8s.io/apimachinery` for path segments).
  private static func segment<Object: KubernetesResource>(
    _ name: String, _ what: String, _ type: Object.Type
  ) throws(KubernetesError) -> String {
    guard !name.isEmpty else {
      throw .invalidRequest("\(type.kind) has no \(what): give one")
    }
    guard name != ".", name != "..", !name.contains("/"), !name.contains("%") else {
      throw .invalidRequest("\(type.kind) \(what) \"\(name)\" must not be \".\" or \"..\" nor contain \"/\" or \"%\"")
    }
    return percentEncoded(name)
  }
}

/// A part of an object with a path of its own.
public enum Subresource: String, Sendable {
  case status
  case scale
  case binding
  case eviction
}
