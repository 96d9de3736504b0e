import CalicoAPI
import KubernetesClient

extension Node: KubernetesResource {}
extension Pod: KubernetesResource {}
extension CalicoAPI.Service: KubernetesResource {}
extension EndpointSlice: KubernetesResource {}
extension CalicoObject: KubernetesResource {}

/// The same objects where a cluster without Calico's API server keeps them.
public typealias StoredFelixConfiguration = CalicoObject<FelixConfigurationKind, CustomProjectCalico>
public typealias StoredIPPool = CalicoObject<IPPoolKind, CustomProjectCalico>
public typealias StoredBGPConfiguration = CalicoObject<BGPConfigurationKind, CustomProjectCalico>

/// One change of what the agent follows.
public enum ClusterChange: Sendable {
  case node(Delta<Node>)
  case pod(Delta<Pod>)
  case service(Delta<CalicoAPI.Service>)
  case endpointSlice(Delta<EndpointSlice>)
  case felixConfiguration(Delta<FelixConfiguration>)
  case storedFelixConfiguration(Delta<StoredFelixConfiguration>)
  case ipPool(Delta<IPPool>)
  case storedIPPool(Delta<StoredIPPool>)
  case bgpConfiguration(Delta<BGPConfiguration>)
  case storedBGPConfiguration(Delta<StoredBGPConfiguration>)
  case policy(PolicyChange)
}

/// The kinds that the agent follows.
public enum FollowedKind: String, CaseIterable, Sendable {
  case nodes
  case pods
  case services
  case endpointSlices = "endpointslices"
  case felixConfigurations = "felixconfigurations"
  case storedFelixConfigurations = "felixconfigurations.crd.projectcalico.org"
  case ipPools = "ippools"
  case storedIPPools = "ippools.crd.projectcalico.org"
  case bgpConfigurations = "bgpconfigurations"
  case storedBGPConfigurations = "bgpconfigurations.crd.projectcalico.org"
  case namespaces
  case serviceAccounts = "serviceaccounts"
  case networkPolicies = "networkpolicies"
  case clusterNetworkPolicies = "clusternetworkpolicies"
  case tiers
  case storedTiers = "tiers.crd.projectcalico.org"
  case calicoNetworkPolicies = "networkpolicies.projectcalico.org"
  case storedNetworkPolicies = "networkpolicies.crd.projectcalico.org"
  case globalNetworkPolicies = "globalnetworkpolicies"
  case storedGlobalNetworkPolicies = "globalnetworkpolicies.crd.projectcalico.org"
  case networkSets = "networksets"
  case storedNetworkSets = "networksets.crd.projectcalico.org"
  case globalNetworkSets = "globalnetworksets"
  case storedGlobalNetworkSets = "globalnetworksets.crd.projectcalico.org"
}

extension ClusterChange {
  var kind: FollowedKind {
    switch self {
    case .node: .nodes
    case .pod: .pods
    case .service: .services
    case .endpointSlice: .endpointSlices
    case .felixConfiguration: .felixConfigurations
    case .storedFelixConfiguration: .storedFelixConfigurations
    case .ipPool: .ipPools
    case .storedIPPool: .storedIPPools
    case .bgpConfiguration: .bgpConfigurations
    case .storedBGPConfiguration: .storedBGPConfigurations
    case .policy(let change): change.kind
    }
  }
}
