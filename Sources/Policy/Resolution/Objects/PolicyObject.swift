import CalicoAPI

/// A policy of any kind that is enforced, as it stands in the API. Staged ones are none.
public enum PolicyObject: Hashable, Sendable {
  case kubernetes(KubernetesNetworkPolicy)
  case cluster(ClusterNetworkPolicy)
  case network(CalicoNetworkPolicy)
  case global(GlobalNetworkPolicy)

  public var key: PolicyKey {
    switch self {
    case .kubernetes(let policy):
      PolicyKey(.kubernetesNetworkPolicy, namespace: policy.metadata.namespace, name: policy.metadata.name)
    case .cluster(let policy): PolicyKey(.clusterNetworkPolicy, name: policy.metadata.name)
    case .network(let policy):
      PolicyKey(.networkPolicy, namespace: policy.metadata.namespace, name: policy.metadata.name)
    case .global(let policy): PolicyKey(.globalNetworkPolicy, name: policy.metadata.name)
    }
  }
}
