import CalicoAPI
import KubernetesClient

// Short words for tables of Kubernetes' policies.

extension KubernetesNetworkPolicy: KubernetesResource {}
extension ServiceAccount: KubernetesResource {}

typealias Peer = KubernetesPolicyPeer
typealias Port = KubernetesPolicyPort

extension KubernetesNetworkPolicy {
  /// A policy of a namespace about pods with some labels; a direction without rules is closed, nil leaves it open.
  static func of(
    _ namespace: String, _ name: String = "policy", pods: [String: String] = [:],
    ingress: [KubernetesIngressRule]? = nil, egress: [KubernetesEgressRule]? = nil
  ) -> Self {
    let types: [PolicyType] = (ingress == nil ? [] : [.ingress]) + (egress == nil ? [] : [.egress])
    return KubernetesNetworkPolicy(
      metadata: ObjectMeta(name: name, namespace: namespace),
      spec: KubernetesNetworkPolicySpec(
        podSelector: CalicoAPI.LabelSelector(matchLabels: pods), ingress: ingress ?? [], egress: egress ?? [],
        policyTypes: types))
  }
}

extension KubernetesIngressRule {
  static func from(_ peers: Peer..., at ports: [Port] = []) -> Self { KubernetesIngressRule(ports: ports, from: peers) }
}

extension KubernetesEgressRule {
  static func to(_ peers: Peer..., at ports: [Port] = []) -> Self { KubernetesEgressRule(ports: ports, to: peers) }
}

extension KubernetesPolicyPeer {
  /// Pods of the policy's namespace, or of namespaces with some labels.
  static func pods(_ labels: [String: String] = [:], in namespaces: [String: String]? = nil) -> Self {
    KubernetesPolicyPeer(
      podSelector: CalicoAPI.LabelSelector(matchLabels: labels),
      namespaceSelector: namespaces.map { CalicoAPI.LabelSelector(matchLabels: $0) })
  }

  static func namespaces(_ labels: [String: String]) -> Self {
    KubernetesPolicyPeer(namespaceSelector: CalicoAPI.LabelSelector(matchLabels: labels))
  }

  static func namespaces(_ expression: LabelSelectorRequirement) -> Self {
    KubernetesPolicyPeer(namespaceSelector: CalicoAPI.LabelSelector(matchLabels: [:], matchExpressions: [expression]))
  }

  static func pods(_ expression: LabelSelectorRequirement) -> Self {
    KubernetesPolicyPeer(podSelector: CalicoAPI.LabelSelector(matchLabels: [:], matchExpressions: [expression]))
  }

  static func block(_ range: String, except: [String] = []) -> Self {
    KubernetesPolicyPeer(ipBlock: IPBlock(cidr: range, except: except))
  }
}

extension KubernetesPolicyPort {
  static func tcp(_ port: IntOrString? = nil, to end: Int32? = nil) -> Self {
    KubernetesPolicyPort(protocol: .tcp, port: port, endPort: end)
  }

  static func udp(_ port: IntOrString? = nil, to end: Int32? = nil) -> Self {
    KubernetesPolicyPort(protocol: .udp, port: port, endPort: end)
  }
}
