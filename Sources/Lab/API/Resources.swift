import CalicoAPI
import KubernetesClient

// The kinds that the lab reads and writes.
extension Node: KubernetesResource {}
extension Pod: KubernetesResource {}
extension Service: KubernetesResource {}
extension EndpointSlice: KubernetesResource {}
extension Namespace: KubernetesResource {}
extension CalicoObject: KubernetesResource {}
