import CalicoAPI

/// The state of a cluster, as far as policies see it: objects as they stand in the API.
public struct OracleCluster: Hashable, Sendable {
  public var tiers: [Tier] = []
  public var kubernetesPolicies: [KubernetesNetworkPolicy] = []
  public var clusterPolicies: [ClusterNetworkPolicy] = []
  public var networkPolicies: [CalicoNetworkPolicy] = []
  public var globalPolicies: [GlobalNetworkPolicy] = []
  public var namespaces: [Namespace] = []
  public var serviceAccounts: [ServiceAccount] = []
  public var pods: [Pod] = []
  public var hostEndpoints: [HostEndpoint] = []
  public var networkSets: [NetworkSet] = []
  public var globalNetworkSets: [GlobalNetworkSet] = []
  public var endpointSlices: [EndpointSlice] = []

  public init() {}
}
