/// Policies that are asked together, and where they stand among others.
public enum TierKind: CalicoKind {
  public typealias Spec = TierSpec
  public static var kind: String { "Tier" }
  public static var plural: String { "tiers" }
}

/// A policy of one namespace.
public enum NetworkPolicyKind: CalicoKind {
  public typealias Spec = NetworkPolicySpec
  public static var kind: String { "NetworkPolicy" }
  public static var plural: String { "networkpolicies" }
  public static var isNamespaced: Bool { true }
}

/// A policy of the whole cluster.
public enum GlobalNetworkPolicyKind: CalicoKind {
  public typealias Spec = GlobalNetworkPolicySpec
  public static var kind: String { "GlobalNetworkPolicy" }
  public static var plural: String { "globalnetworkpolicies" }
}

/// A NetworkPolicy that is tried out: nothing enforces it.
public enum StagedNetworkPolicyKind: CalicoKind {
  public typealias Spec = Staged<NetworkPolicySpec>
  public static var kind: String { "StagedNetworkPolicy" }
  public static var plural: String { "stagednetworkpolicies" }
  public static var isNamespaced: Bool { true }
}

/// A GlobalNetworkPolicy that is tried out: nothing enforces it.
public enum StagedGlobalNetworkPolicyKind: CalicoKind {
  public typealias Spec = Staged<GlobalNetworkPolicySpec>
  public static var kind: String { "StagedGlobalNetworkPolicy" }
  public static var plural: String { "stagedglobalnetworkpolicies" }
}

/// A NetworkPolicy of Kubernetes that is tried out: nothing enforces it.
public enum StagedKubernetesNetworkPolicyKind: CalicoKind {
  public typealias Spec = Staged<KubernetesNetworkPolicySpec>
  public static var kind: String { "StagedKubernetesNetworkPolicy" }
  public static var plural: String { "stagedkubernetesnetworkpolicies" }
  public static var isNamespaced: Bool { true }
}

/// What endpoints have in common that name it.
public enum ProfileKind: CalicoKind {
  public typealias Spec = ProfileSpec
  public static var kind: String { "Profile" }
  public static var plural: String { "profiles" }
}

/// A node's own interface.
public enum HostEndpointKind: CalicoKind {
  public typealias Spec = HostEndpointSpec
  public static var kind: String { "HostEndpoint" }
  public static var plural: String { "hostendpoints" }
}

/// Addresses that policies of one namespace select by labels.
public enum NetworkSetKind: CalicoKind {
  public typealias Spec = NetworkSetSpec
  public static var kind: String { "NetworkSet" }
  public static var plural: String { "networksets" }
  public static var isNamespaced: Bool { true }
}

/// Addresses that policies select by labels.
public enum GlobalNetworkSetKind: CalicoKind {
  public typealias Spec = NetworkSetSpec
  public static var kind: String { "GlobalNetworkSet" }
  public static var plural: String { "globalnetworksets" }
}

public typealias Tier = CalicoObject<TierKind, ProjectCalico>
/// Calico's NetworkPolicy; that of Kubernetes is `KubernetesNetworkPolicy`.
public typealias CalicoNetworkPolicy = CalicoObject<NetworkPolicyKind, ProjectCalico>
public typealias GlobalNetworkPolicy = CalicoObject<GlobalNetworkPolicyKind, ProjectCalico>
public typealias StagedNetworkPolicy = CalicoObject<StagedNetworkPolicyKind, ProjectCalico>
public typealias StagedGlobalNetworkPolicy = CalicoObject<StagedGlobalNetworkPolicyKind, ProjectCalico>
public typealias StagedKubernetesNetworkPolicy = CalicoObject<StagedKubernetesNetworkPolicyKind, ProjectCalico>
public typealias Profile = CalicoObject<ProfileKind, ProjectCalico>
public typealias HostEndpoint = CalicoObject<HostEndpointKind, ProjectCalico>
public typealias NetworkSet = CalicoObject<NetworkSetKind, ProjectCalico>
public typealias GlobalNetworkSet = CalicoObject<GlobalNetworkSetKind, ProjectCalico>
