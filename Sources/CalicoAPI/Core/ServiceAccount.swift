/// Whom a pod runs as (core/v1). Policies select pods by its name and its labels.
public struct ServiceAccount: KubernetesObject {
  public static var group: String { "" }
  public static var version: String { "v1" }
  public static var kind: String { "ServiceAccount" }
  public static var plural: String { "serviceaccounts" }
  public static var isNamespaced: Bool { true }

  /// The one that every namespace has, and that a pod gets which names none.
  public static let defaultName = "default"

  public internal(set) var apiVersion = APIVersionOf<Self>()
  public internal(set) var kind = KindOf<Self>()
  public var metadata: ObjectMeta

  public init(metadata: ObjectMeta) { self.metadata = metadata }
}
