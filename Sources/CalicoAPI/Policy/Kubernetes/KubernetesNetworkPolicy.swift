/// A NetworkPolicy of Kubernetes (networking.k8s.io/v1). Calico's kind of the same name is `CalicoNetworkPolicy`.
public struct KubernetesNetworkPolicy: KubernetesObject {
  public static var group: String { "networking.k8s.io" }
  public static var version: String { "v1" }
  public static var kind: String { "NetworkPolicy" }
  public static var plural: String { "networkpolicies" }
  public static var isNamespaced: Bool { true }

  public internal(set) var apiVersion = APIVersionOf<Self>()
  public internal(set) var kind = KindOf<Self>()
  public var metadata: ObjectMeta
  @OmitZero public var spec: KubernetesNetworkPolicySpec

  public init(metadata: ObjectMeta, spec: KubernetesNetworkPolicySpec = KubernetesNetworkPolicySpec()) {
    self.metadata = metadata
    self.spec = spec
  }
}

/// Which pods a NetworkPolicy isolates, and what it lets through to and from them.
public struct KubernetesNetworkPolicySpec: ZeroValue, Sendable {
  /// Pods of the policy's namespace; empty means all of them.
  @WrittenZero public var podSelector: LabelSelector
  /// Empty lets nothing in, where `appliesTo(.ingress)`.
  @OmitZero public var ingress: [KubernetesIngressRule]
  /// Empty lets nothing out, where `appliesTo(.egress)`.
  @OmitZero public var egress: [KubernetesEgressRule]
  /// Empty means Ingress, and also Egress where there are egress rules. API servers fill it in.
  @OmitZero public var policyTypes: [PolicyType]

  public init() { self.init(podSelector: LabelSelector()) }

  public init(
    podSelector: LabelSelector, ingress: [KubernetesIngressRule] = [], egress: [KubernetesEgressRule] = [],
    policyTypes: [PolicyType] = []
  ) {
    self.podSelector = podSelector
    self.ingress = ingress
    self.egress = egress
    self.policyTypes = policyTypes
  }

  public func appliesTo(_ type: PolicyType) -> Bool { effectiveTypes.contains(type) }

  /// `policyTypes`, or what an empty one means.
  public var effectiveTypes: [PolicyType] {
    if !policyTypes.isEmpty { return policyTypes }
    return egress.isEmpty ? [.ingress] : [.ingress, .egress]
  }
}
