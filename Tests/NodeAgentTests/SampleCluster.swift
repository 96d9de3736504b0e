import CalicoAPI
import Dataplane
import DataplaneABI
import KubernetesClient
import Routing

@testable import NodeAgent

/// A cluster of two nodes, a pod on the first and a service in front of it.
enum SampleCluster {
  static let node1 = node("node1", "10.77.0.1", "10.65.1.0/24")
  static let node2 = node("node2", "10.77.0.2", "10.65.2.0/24")

  static func node(_ name: String, _ address: String, _ block: String) -> Node {
    Node(
      metadata: ObjectMeta(name: name), spec: NodeSpec(podCIDRs: [block]),
      status: NodeStatus(addresses: [NodeAddress(type: .internalIP, address: address)]))
  }

  static func pod(_ name: String, on node: String = "node1", _ address: String = "10.65.1.9") -> Pod {
    Pod(
      metadata: ObjectMeta(name: name, namespace: "default"), spec: PodSpec(nodeName: node, containers: []),
      status: PodStatus(phase: .running, podIPs: [PodIP(ip: address)]))
  }

  static func service(port: Int32 = 80) -> CalicoAPI.Service {
    CalicoAPI.Service(
      metadata: ObjectMeta(name: "web", namespace: "default"),
      spec: ServiceSpec(clusterIPs: ["10.96.0.1"], ports: [ServicePort(name: "http", port: port)]))
  }

  static let slice = EndpointSlice(
    metadata: ObjectMeta(
      name: "web-1", namespace: "default", labels: [EndpointSlice.serviceNameLabel: "web"]),
    addressType: .ipv4, endpoints: [Endpoint(addresses: ["10.65.1.9"], nodeName: "node1")],
    ports: [EndpointPort(name: "http", port: 8080)])

  static let changes: [ClusterChange] = [
    .node(.added(node1)), .node(.added(node2)), .pod(.added(pod("web"))), .service(.added(service())),
    .endpointSlice(.added(slice)),
  ]

  static let synced: [ClusterChange] = [
    .felixConfiguration(.synced), .storedFelixConfiguration(.synced), .ipPool(.synced), .storedIPPool(.synced),
    .bgpConfiguration(.synced), .storedBGPConfiguration(.synced),
    .node(.synced), .pod(.synced), .service(.synced), .endpointSlice(.synced),
    .policy(.namespace(.synced)), .policy(.serviceAccount(.synced)), .policy(.kubernetes(.synced)),
    .policy(.cluster(.synced)), .policy(.tier(.synced)), .policy(.storedTier(.synced)), .policy(.network(.synced)),
    .policy(.storedNetwork(.synced)), .policy(.global(.synced)), .policy(.storedGlobal(.synced)),
    .policy(.networkSet(.synced)), .policy(.storedNetworkSet(.synced)), .policy(.globalNetworkSet(.synced)),
    .policy(.storedGlobalNetworkSet(.synced)),
  ]

  /// The first node's interfaces.
  static let interfaces = [
    InterfaceState(
      name: "eth0", index: 2, isUp: true,
      addresses: PerFamily(ipv4: [SubnetAddress(address: IPv4Address(10, 77, 0, 1), prefixLength: 24)], ipv6: [])),
    InterfaceState(
      name: WorkloadInterfaceName.of(namespace: "default", pod: "web"), index: 7, isUp: false,
      peerMAC: MACAddress(1, 2, 3)),
  ]
}
