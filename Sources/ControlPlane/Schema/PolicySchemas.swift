private let networking = "io.k8s.api.networking.v1."
private let cluster = "io.k8s.networking.policy.v1alpha2."

extension ObjectSchema {
  static let serviceAccount = ObjectSchema.kind(
    "io.k8s.api.core.v1.ServiceAccount",
    [
      "automountServiceAccountToken": .boolean,
      "imagePullSecrets": .list(localObjectReference, by: "name"),
      "secrets": .list(objectReference, by: "name"),
    ])

  static let kubernetesNetworkPolicy = ObjectSchema.kind(
    networking + "NetworkPolicy", ["spec": .object(kubernetesPolicySpec)])

  private static let kubernetesPolicySpec = ObjectSchema(
    networking + "NetworkPolicySpec", kubernetesPolicyFields)

  static let kubernetesPolicyFields: [String: Schema] = [
    "egress": .list(.object(kubernetesEgressRule)), "ingress": .list(.object(kubernetesIngressRule)),
    "podSelector": .object(labelSelector), "policyTypes": .list(.string),
  ]

  private static let kubernetesIngressRule = ObjectSchema(
    networking + "NetworkPolicyIngressRule",
    ["from": .list(.object(kubernetesPeer)), "ports": .list(.object(kubernetesPort))])

  private static let kubernetesEgressRule = ObjectSchema(
    networking + "NetworkPolicyEgressRule",
    ["to": .list(.object(kubernetesPeer)), "ports": .list(.object(kubernetesPort))])

  private static let kubernetesPort = ObjectSchema(
    networking + "NetworkPolicyPort", ["endPort": .int32, "port": .intOrString, "protocol": .string])

  private static let kubernetesPeer = ObjectSchema(
    networking + "NetworkPolicyPeer",
    [
      "ipBlock": .object(
        ObjectSchema(
          networking + "IPBlock", required: ["cidr"], ["cidr": .string, "except": .list(.string)])),
      "namespaceSelector": .object(labelSelector), "podSelector": .object(labelSelector),
    ])

  static let clusterNetworkPolicy = ObjectSchema.kind(
    cluster + "ClusterNetworkPolicy", required: ["spec"],
    ["spec": .object(clusterPolicySpec), "status": .object(conditions(cluster + "ClusterNetworkPolicyStatus"))])

  private static let clusterPolicySpec = ObjectSchema(
    cluster + "ClusterNetworkPolicySpec", required: ["priority", "subject", "tier"],
    [
      "egress": .list(.object(clusterRule("Egress", peers: "to", clusterEgressPeer))),
      "ingress": .list(.object(clusterRule("Ingress", peers: "from", clusterIngressPeer))), "priority": .int32,
      "subject": .object(ObjectSchema(cluster + "ClusterNetworkPolicySubject", clusterPods)), "tier": .string,
    ])

  private static func clusterRule(_ direction: String, peers: String, _ peer: ObjectSchema) -> ObjectSchema {
    ObjectSchema(
      cluster + "ClusterNetworkPolicy\(direction)Rule", required: ["action", peers],
      ["action": .string, peers: .list(.object(peer)), "name": .string, "protocols": .list(.object(clusterProtocol))])
  }

  private static let clusterIngressPeer = ObjectSchema(cluster + "ClusterNetworkPolicyIngressPeer", clusterPods)

  private static let clusterEgressPeer = ObjectSchema(
    cluster + "ClusterNetworkPolicyEgressPeer",
    clusterPods.merging([
      "domainNames": .list(.string), "networks": .list(.string), "nodes": .object(labelSelector),
    ]) { own, _ in own })

  private static let clusterPods: [String: Schema] = [
    "namespaces": .object(labelSelector),
    "pods": .object(
      ObjectSchema(
        cluster + "NamespacedPod", required: ["podSelector"],
        ["namespaceSelector": .object(labelSelector), "podSelector": .object(labelSelector)])),
  ]

  private static let clusterProtocol = ObjectSchema(
    cluster + "ClusterNetworkPolicyProtocol",
    [
      "destinationNamedPort": .string, "sctp": .object(clusterPorts("SCTP")), "tcp": .object(clusterPorts("TCP")),
      "udp": .object(clusterPorts("UDP")),
    ])

  private static func clusterPorts(_ name: String) -> ObjectSchema {
    ObjectSchema(cluster + "ClusterNetworkPolicyProtocol\(name)", ["destinationPort": .object(clusterPort)])
  }

  private static let clusterPort = ObjectSchema(
    cluster + "Port",
    [
      "number": .int32,
      "range": .object(
        ObjectSchema(cluster + "PortRange", required: ["end", "start"], ["end": .int32, "start": .int32])),
    ])

  /// A status of conditions alone.
  static func conditions(_ name: String) -> ObjectSchema {
    ObjectSchema(name, ["conditions": .list(condition, by: "type")])
  }
}
