import CalicoAPI
import Policy

// Policies of Calico and of the cluster's administrators in few words.

func gnp(
  _ name: String, tier: String = "", order: Double? = nil, _ selector: String = "", namespaces: String = "",
  accounts: String = "", ingress: [CalicoRule] = [], egress: [CalicoRule] = [], types: [PolicyType] = []
) -> AnyPolicy {
  .global(
    GlobalNetworkPolicy(
      metadata: ObjectMeta(name: name),
      spec: GlobalNetworkPolicySpec(
        tier: tier, order: order, selector: selector, namespaceSelector: namespaces, serviceAccountSelector: accounts,
        ingress: ingress, egress: egress, types: types)))
}

func np(
  _ namespace: String, _ name: String, tier: String = "", order: Double? = nil, _ selector: String = "",
  accounts: String = "", ingress: [CalicoRule] = [], egress: [CalicoRule] = [], types: [PolicyType] = []
) -> AnyPolicy {
  .network(
    CalicoNetworkPolicy(
      metadata: ObjectMeta(name: name, namespace: namespace),
      spec: NetworkPolicySpec(
        tier: tier, order: order, selector: selector, serviceAccountSelector: accounts, ingress: ingress,
        egress: egress, types: types)))
}

func rule(
  _ action: CalicoAction, _ proto: CalicoProtocol? = nil, from source: EntityRule = EntityRule(),
  to destination: EntityRule = EntityRule()
) -> CalicoRule {
  CalicoRule(action: action, protocol: proto, source: source, destination: destination)
}

func tier(_ name: String, _ order: Double?, _ end: CalicoAction? = nil) -> TruthTable.Step {
  .change { cluster in
    cluster.tiers.removeAll { $0.metadata.name == name }
    cluster.tiers.append(
      Tier(metadata: ObjectMeta(name: name), spec: TierSpec(order: order, defaultAction: end)))
  }
}

func networkSet(_ namespace: String?, _ name: String, _ labels: [String: String], _ nets: String...) -> TruthTable.Step
{
  .change { cluster in
    if let namespace {
      cluster.networkSets.append(
        NetworkSet(
          metadata: ObjectMeta(name: name, namespace: namespace, labels: labels), spec: NetworkSetSpec(nets: nets)))
    } else {
      cluster.globalNetworkSets.append(
        GlobalNetworkSet(metadata: ObjectMeta(name: name, labels: labels), spec: NetworkSetSpec(nets: nets)))
    }
  }
}

/// A service with one slice: these addresses at this port.
func service(_ namespace: String, _ name: String, _ addresses: [String], _ port: CalicoAPI.EndpointPort)
  -> TruthTable.Step
{
  .change { cluster in
    cluster.endpointSlices.append(
      EndpointSlice(
        metadata: ObjectMeta(
          name: name + "-1", namespace: namespace, labels: [EndpointSlice.serviceNameLabel: name]),
        addressType: addresses.allSatisfy { $0.contains(":") } ? .ipv6 : .ipv4,
        endpoints: addresses.map { Endpoint(addresses: [$0], conditions: EndpointConditions(ready: false)) },
        ports: [port]))
  }
}

func account(_ namespace: String, _ name: String, _ labels: [String: String] = [:]) -> TruthTable.Step {
  .change { cluster in
    cluster.serviceAccounts.append(
      ServiceAccount(metadata: ObjectMeta(name: name, namespace: namespace, labels: labels)))
  }
}

func runs(_ pod: String, as account: String) -> TruthTable.Step {
  .change { cluster in
    let (namespace, name) = Topology.split(pod)
    for index in cluster.pods.indices
    where cluster.pods[index].metadata.name == name && cluster.pods[index].metadata.namespace == namespace {
      cluster.pods[index].spec.serviceAccountName = account
    }
  }
}

func cnp(
  _ name: String, _ priority: Int32?, subject: ClusterPolicySubject = ClusterPolicySubject(namespaces: every),
  ingress: [ClusterIngressRule] = [], egress: [ClusterEgressRule] = []
) -> AnyPolicy {
  cnp(name, .admin, priority, subject: subject, ingress: ingress, egress: egress)
}

func cnp(
  _ name: String, _ tier: ClusterPolicyTier, _ priority: Int32?,
  subject: ClusterPolicySubject = ClusterPolicySubject(namespaces: every),
  ingress: [ClusterIngressRule] = [], egress: [ClusterEgressRule] = []
) -> AnyPolicy {
  .cluster(
    ClusterNetworkPolicy(
      metadata: ObjectMeta(name: name),
      spec: ClusterNetworkPolicySpec(
        tier: tier, priority: priority, subject: subject, ingress: ingress, egress: egress)))
}

extension ClusterIngressRule {
  static func rule(
    _ action: ClusterPolicyAction, _ peers: ClusterPolicyPeer..., protocols: [ClusterPolicyProtocol] = []
  ) -> Self { Self(action: action, from: peers, protocols: protocols) }
}

extension ClusterEgressRule {
  static func rule(
    _ action: ClusterPolicyAction, _ peers: ClusterPolicyPeer..., protocols: [ClusterPolicyProtocol] = []
  ) -> Self { Self(action: action, to: peers, protocols: protocols) }
}

extension ClusterPolicyPeer {
  static let everybody = Self(namespaces: every)
  static func of(_ name: String) -> Self { Self(namespaces: namespace(name)) }
  static func pods(_ pods: LabelSelector, of namespaces: LabelSelector = every) -> Self {
    Self(pods: NamespacedPods(namespaceSelector: namespaces, podSelector: pods))
  }
  static func nets(_ nets: String...) -> Self { Self(networks: nets) }
}

extension ClusterPolicyProtocol {
  static func tcp(_ port: Int32) -> Self { Self(tcp: .init(destinationPort: ClusterPolicyPort(number: port))) }
  static func udp(_ port: Int32) -> Self { Self(udp: .init(destinationPort: ClusterPolicyPort(number: port))) }
  static func sctp(_ port: Int32) -> Self { Self(sctp: .init(destinationPort: ClusterPolicyPort(number: port))) }
  static func tcp(_ ports: ClosedRange<Int32>) -> Self {
    Self(
      tcp: .init(destinationPort: ClusterPolicyPort(range: .init(start: ports.lowerBound, end: ports.upperBound))))
  }
  static func named(_ name: String) -> Self { Self(destinationNamedPort: name) }
}
