/// Names a policy of any kind.
public struct PolicyKey: Hashable, Sendable {
  /// The kinds that are enforced. Their order among policies of one name is that of these words.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case globalNetworkPolicy = "GlobalNetworkPolicy"
    case clusterNetworkPolicy = "KubernetesClusterNetworkPolicy"
    case kubernetesNetworkPolicy = "KubernetesNetworkPolicy"
    case networkPolicy = "NetworkPolicy"
  }

  public var kind: Kind
  /// nil for cluster-wide ones.
  public var namespace: String?
  public var name: String

  public init(_ kind: Kind, namespace: String? = nil, name: String) {
    self.kind = kind
    self.namespace = namespace
    self.name = name
  }

  /// Decides between policies of equal order in a tier, byte by byte.
  var precedence: String { "\(name)/\(namespace ?? "")/\(kind.rawValue)" }
}
