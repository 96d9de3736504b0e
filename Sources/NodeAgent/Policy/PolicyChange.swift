import CalicoAPI
import KubernetesClient
import Policy

extension Namespace: KubernetesResource {}
extension ServiceAccount: KubernetesResource {}
extension KubernetesNetworkPolicy: KubernetesResource {}
extension ClusterNetworkPolicy: KubernetesResource {}

/// One change of what decides about policies.
public enum PolicyChange: Sendable {
  case namespace(Delta<Namespace>)
  case serviceAccount(Delta<ServiceAccount>)
  case kubernetes(Delta<KubernetesNetworkPolicy>)
  case cluster(Delta<ClusterNetworkPolicy>)
  case tier(Delta<CalicoObject<TierKind, ProjectCalico>>)
  case storedTier(Delta<CalicoObject<TierKind, CustomProjectCalico>>)
  case network(Delta<CalicoObject<NetworkPolicyKind, ProjectCalico>>)
  case storedNetwork(Delta<CalicoObject<NetworkPolicyKind, CustomProjectCalico>>)
  case global(Delta<CalicoObject<GlobalNetworkPolicyKind, ProjectCalico>>)
  case storedGlobal(Delta<CalicoObject<GlobalNetworkPolicyKind, CustomProjectCalico>>)
  case networkSet(Delta<CalicoObject<NetworkSetKind, ProjectCalico>>)
  case storedNetworkSet(Delta<CalicoObject<NetworkSetKind, CustomProjectCalico>>)
  case globalNetworkSet(Delta<CalicoObject<GlobalNetworkSetKind, ProjectCalico>>)
  case storedGlobalNetworkSet(Delta<CalicoObject<GlobalNetworkSetKind, CustomProjectCalico>>)
}

extension PolicyChange {
  var kind: FollowedKind {
    switch self {
    case .namespace: .namespaces
    case .serviceAccount: .serviceAccounts
    case .kubernetes: .networkPolicies
    case .cluster: .clusterNetworkPolicies
    case .tier: .tiers
    case .storedTier: .storedTiers
    case .network: .calicoNetworkPolicies
    case .storedNetwork: .storedNetworkPolicies
    case .global: .globalNetworkPolicies
    case .storedGlobal: .storedGlobalNetworkPolicies
    case .networkSet: .networkSets
    case .storedNetworkSet: .storedNetworkSets
    case .globalNetworkSet: .globalNetworkSets
    case .storedGlobalNetworkSet: .storedGlobalNetworkSets
    }
  }

  /// Whether it says that all objects of its kind have been told.
  var isSynced: Bool {
    switch self {
    case .namespace(let delta): delta.key == nil
    case .serviceAccount(let delta): delta.key == nil
    case .kubernetes(let delta): delta.key == nil
    case .cluster(let delta): delta.key == nil
    case .tier(let delta): delta.key == nil
    case .storedTier(let delta): delta.key == nil
    case .network(let delta): delta.key == nil
    case .storedNetwork(let delta): delta.key == nil
    case .global(let delta): delta.key == nil
    case .storedGlobal(let delta): delta.key == nil
    case .networkSet(let delta): delta.key == nil
    case .storedNetworkSet(let delta): delta.key == nil
    case .globalNetworkSet(let delta): delta.key == nil
    case .storedGlobalNetworkSet(let delta): delta.key == nil
    }
  }
}
