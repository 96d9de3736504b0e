/// A kind that the API server stores: its place in the API, and its metadata.
///
/// The requirements and accessors here are those of `KubernetesClient.KubernetesResource`, so that a module that imports
/// both joins them with one empty extension a kind:
///
/// ```swift
/// import CalicoAPI
/// import KubernetesClient
///
/// extension Pod: KubernetesResource {}
/// extension CalicoAPI.Service: KubernetesResource {}
/// ```
public protocol KubernetesObject: Codable, Hashable, Sendable {
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

  var metadata: ObjectMeta { get set }
}

extension KubernetesObject {
  /// Group and version as in manifests: "v1", "discovery.k8s.io/v1".
  public static var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

  /// The object's name, unique in its namespace.
  public var name: String { metadata.name }
  /// The object's namespace, empty for a cluster-scoped object.
  public var namespace: String { metadata.namespace }
  /// Tells an object from a later one of the same name.
  public var uid: String { metadata.uid }
  /// The opaque version of this state of the object, empty before it was stored.
  public var resourceVersion: String { metadata.resourceVersion }
}
