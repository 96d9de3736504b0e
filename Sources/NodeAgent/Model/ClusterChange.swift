import CalicoAPI
import KubernetesClient

extension Node: KubernetesResource {}
extension Pod: KubernetesResource {}
extension CalicoAPI.Service: KubernetesResource {}
extension EndpointSlice: KubernetesResource {}

/// One change of what the agent follows.
public enum ClusterChange: Sendable {
  case node(Delta<Node>)
  case pod(Delta<Pod>)
  case service(Delta<CalicoAPI.Service>)
  case endpointSlice(Delta<EndpointSlice>)
}

/// The kinds that the agent follows.
public enum FollowedKind: String, CaseIterable, Sendable {
  case nodes
  case pods
  case services
  case endpointSlices = "endpointslices"
}
