/// A kind that the API server stores, with what the client needs of it.
///
/// CalicoAPI's kinds have all of these already, so a module that imports both joins them with one line a kind:
///
/// ```swift
/// extension Pod: KubernetesResource {}
/// ```
public protocol KubernetesResource: Codable, Sendable {
  /// The API group, empty for the core group: "", "discovery.k8s.io".
  static var group: String { get }
  /// The version in the group: "v1".
  static var version: String { get }
  /// The kind as in manifests: "EndpointSlice".
  static var kind: String { get }
  /// The resource as in paths: "endpointslices".
  static var plural: String { get }
  /// Whether objects of this kind live in a namespace.
  static var isNamespaced: Bool { get }

  var name: String { get }
  /// Empty for a cluster-scoped object.
  var namespace: String { get }
  /// Tells an object from a later one of the same name.
  var uid: String { get }
  /// The opaque version of this state of the object; compared for equality only.
  var resourceVersion: String { get }
}

extension KubernetesResource {
  /// Where the object is: its namespace and name.
  public var key: ObjectKey { ObjectKey(namespace: namespace, name: name) }
}

/// The place of an object among those of its kind.
public struct ObjectKey: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// Empty for a cluster-scoped object.
  public var namespace: String
  public var name: String

  public init(namespace: String = "", name: String) {
    self.namespace = namespace
    self.name = name
  }

  public static func < (left: ObjectKey, right: ObjectKey) -> Bool {
    (left.namespace, left.name) < (right.namespace, right.name)
  }

  /// "namespace/name", or just the name.
  public var description: String { namespace.isEmpty ? name : "\(namespace)/\(name)" }
}
