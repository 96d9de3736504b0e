import CalicoAPI
import DataplaneABI
import Routing
import Testing

@Suite("Reading Nodes and Pods")
struct ReadingTests {
  @Test("a dual-stack node has a half in each family")
  func node() {
    let node = Node(
      metadata: ObjectMeta(name: "node1"),
      spec: NodeSpec(podCIDRs: ["10.65.1.0/24", "fd65:0:0:1::/64"]),
      status: NodeStatus(addresses: [
        NodeAddress(type: .hostname, address: "node1"), NodeAddress(type: .internalIP, address: "10.77.0.1"),
        NodeAddress(type: .internalIP, address: "10.77.0.99"), NodeAddress(type: .internalIP, address: "fd77::1"),
      ]))
    var complaints: [String] = []
    let ipv4 = NodeInfo<IPv4Address>.reading(node, complaints: &complaints)
    #expect(ipv4.internalIP?.description == "10.77.0.1")
    #expect(ipv4.podCIDRs.map(\.description) == ["10.65.1.0/24"])
    let ipv6 = NodeInfo<IPv6Address>.reading(node, complaints: &complaints)
    #expect(ipv6.internalIP?.description == "fd77::1")
    #expect(ipv6.podCIDRs.map(\.description) == ["fd65:0:0:1::/64"])
    #expect(complaints == [])
  }

  @Test("what is malformed in a node is left out and named")
  func malformedNode() {
    let node = Node(
      metadata: ObjectMeta(name: "node1"), spec: NodeSpec(podCIDRs: ["10.65.1.0/33", "0.0.0.0/0", "10.65.1.0/24"]),
      status: NodeStatus(addresses: [NodeAddress(type: .internalIP, address: "node1.local")]))
    var complaints: [String] = []
    let ipv4 = NodeInfo<IPv4Address>.reading(node, complaints: &complaints)
    #expect(ipv4.podCIDRs.map(\.description) == ["10.65.1.0/24"])
    #expect(
      complaints == [
        "InternalIP \"node1.local\" is not an address", "podCIDR \"10.65.1.0/33\" is not a prefix",
        "podCIDR \"0.0.0.0/0\" would cover every address",
      ])
  }

  @Test("a running pod has its addresses; one that ended, or has the node's network, or no address yet, has none")
  func pods() {
    func workload(_ spec: PodSpec, _ status: PodStatus) -> WorkloadInfo<IPv4Address>? {
      var complaints: [String] = []
      return WorkloadInfo<IPv4Address>.reading(
        Pod(metadata: ObjectMeta(name: "web"), spec: spec, status: status), interfaceName: "cali1",
        complaints: &complaints)
    }
    let own = PodSpec(nodeName: "node1", containers: [])
    let addresses = [PodIP(ip: "10.65.1.9"), PodIP(ip: "fd65:0:0:1::9")]
    #expect(
      workload(own, PodStatus(phase: .running, podIPs: addresses))
        == WorkloadInfo(interfaceName: "cali1", addresses: [IPv4Address(10, 65, 1, 9)]))
    #expect(workload(own, PodStatus(phase: .pending, podIPs: addresses)) != nil)
    #expect(workload(own, PodStatus(phase: .succeeded, podIPs: addresses)) == nil)
    #expect(workload(own, PodStatus(phase: .pending)) == nil)
    let host = PodSpec(nodeName: "node1", hostNetwork: true, containers: [])
    #expect(workload(host, PodStatus(phase: .running, podIPs: addresses)) == nil)
  }

  @Test("a pod's bad address is named")
  func badPodAddress() {
    var complaints: [String] = []
    let pod = Pod(
      metadata: ObjectMeta(name: "web"),
      status: PodStatus(phase: .running, podIPs: [PodIP(ip: "x"), PodIP(ip: "0.0.0.0")]))
    let info = WorkloadInfo<IPv4Address>.reading(pod, interfaceName: "cali1", complaints: &complaints)
    #expect(info?.addresses == [])
    #expect(
      complaints == [
        "podIP \"x\" is not an address a pod can have", "podIP \"0.0.0.0\" is not an address a pod can have",
      ])
  }
}
