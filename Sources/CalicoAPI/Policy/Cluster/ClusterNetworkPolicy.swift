/// A policy of the cluster's administrators, before or after those of namespaces (policy.networking.k8s.io/v1alpha2).
public struct ClusterNetworkPolicy: KubernetesObject {
  public static var group: String { "policy.networking.k8s.io" }
  public static var version: String { "v1alpha2" }
  public static var kind: String { "ClusterNetworkPolicy" }
  public static var plural: String { "clusternetworkpolicies" }
  public static var isNamespaced: Bool { false }

  public internal(set) var apiVersion = APIVersionOf<Self>()
  public internal(set) var kind = KindOf<Self>()
  public var metadata: ObjectMeta
  @OmitZero public var spec: ClusterNetworkPolicySpec

  public init(metadata: ObjectMeta, spec: ClusterNetworkPolicySpec = ClusterNetworkPolicySpec()) {
    self.metadata = metadata
    self.spec = spec
  }
}

/// Which pods a ClusterNetworkPolicy is about, and its rules in their order. A direction without rules is not affected.
public struct ClusterNetworkPolicySpec: ZeroValue, Sendable {
  @OmitZero public var tier: ClusterPolicyTier
  /// 0 to 1000, the lowest first. Required: absent is a mistake.
  public var priority: Int32?
  @WrittenZero public var subject: ClusterPolicySubject
  /// At most 25.
  @OmitZero public var ingress: [ClusterIngressRule]
  /// At most 25.
  @OmitZero public var egress: [ClusterEgressRule]

  public init() { self.init(tier: ClusterPolicyTier(), priority: nil, subject: ClusterPolicySubject()) }

  public init(
    tier: ClusterPolicyTier, priority: Int32?, subject: ClusterPolicySubject, ingress: [ClusterIngressRule] = [],
    egress: [ClusterEgressRule] = []
  ) {
    self.tier = tier
    self.priority = priority
    self.subject = subject
    self.ingress = ingress
    self.egress = egress
  }
}

/// Where a ClusterNetworkPolicy stands.
public struct ClusterPolicyTier: OpenEnum {
  public var rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }

  /// Before the policies of namespaces.
  public static let admin = ClusterPolicyTier(rawValue: "Admin")
  /// After them, for pods that none of them is about.
  public static let baseline = ClusterPolicyTier(rawValue: "Baseline")
}

/// The pods of a ClusterNetworkPolicy: exactly one field is set. Pods on the nodes' own network are never meant.
public struct ClusterPolicySubject: ZeroValue, Sendable {
  /// All pods of these namespaces.
  public var namespaces: LabelSelector?
  public var pods: NamespacedPods?

  public init() { self.init(namespaces: nil) }

  public init(namespaces: LabelSelector?, pods: NamespacedPods? = nil) {
    self.namespaces = namespaces
    self.pods = pods
  }
}

/// These pods of these namespaces; an empty selector means all.
public struct NamespacedPods: Codable, Hashable, Sendable {
  @WrittenZero public var namespaceSelector: LabelSelector
  @WrittenZero public var podSelector: LabelSelector

  public init(namespaceSelector: LabelSelector = LabelSelector(), podSelector: LabelSelector = LabelSelector()) {
    self.namespaceSelector = namespaceSelector
    self.podSelector = podSelector
  }
}
