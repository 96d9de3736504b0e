import Netlink
import Testing

@testable import Lab

@Suite("Topology: what a lab is made of")
struct TopologyTests {
  private func topology(_ name: String = "apus", nodes: Int = 3) throws -> Topology {
    let name = try #require(LabName(name))
    return try #require(Topology(name: name, nodeCount: nodes))
  }

  @Test("Three nodes, a client, the API server's host and the switch each have a namespace named after the lab")
  func namespaces() throws {
    #expect(
      try topology().namespaces
        == ["apus-fabric", "apus-node1", "apus-node2", "apus-node3", "apus-client", "apus-control"])
  }

  @Test("The last part of a host's IPv4 and IPv6 address is its number, in the same digits")
  func addresses() throws {
    let topology = try topology(nodes: 12)
    #expect(topology.nodes[11].host.addresses.map(\.description) == ["10.77.0.12/24", "fd77::12/64"])
    #expect(topology.client.addresses.map(\.description) == ["10.77.0.200/24", "fd77::200/64"])
    #expect(topology.control.addresses.map(\.description) == ["10.77.0.254/24", "fd77::254/64"])
  }

  @Test("Each node has pod subnets of its own in both families")
  func podPrefixes() throws {
    let nodes = try topology(nodes: 2).nodes
    #expect(nodes[0].podPrefixes.map(\.description) == ["10.65.1.0/24", "fd65:0:0:1::/64"])
    #expect(nodes[1].podPrefixes.map(\.description) == ["10.65.2.0/24", "fd65:0:0:2::/64"])
  }

  @Test("A pod's namespace can never be a host's, nor one of another lab")
  func podNamespaces() throws {
    let pod = PodName(namespace: "default", name: "web-1")
    #expect(try topology().namespace(ofPod: pod) == "apus-default.web-1")
    #expect(try topology("second").namespace(ofPod: pod) == "second-default.web-1")
    #expect(LabName("apus-second") == nil)
  }

  @Test("No nodes, and more than the addresses are meant for, are refused", arguments: [0, -1, 51])
  func impossibleCounts(count: Int) {
    #expect(Topology(name: .standard, nodeCount: count) == nil)
  }

  @Test(
    "Names that could not be told apart are refused", arguments: ["", "9lives", "Lab", "a-b", "a.b", "thirteenchars"])
  func impossibleNames(name: String) {
    #expect(LabName(name) == nil)
  }

  @Test("The host-side interface is named as Calico's CNI plugin names it, and fits the kernel's 15 characters")
  func interfaceNames() {
    // printf default.web-1 | sha1sum
    let name = WorkloadInterface.name(of: PodName(namespace: "default", name: "web-1"))
    #expect(name == "cali0761ccbeace")
    #expect(name.utf8.count == 15)
  }

  @Test("The pods' gateways are Calico's")
  func gateways() {
    #expect(WorkloadInterface.gateway(.ipv4).description == "169.254.1.1")
    #expect(WorkloadInterface.gateway(.ipv6).description == "fe80::ecee:eeff:feee:eeee")
    #expect(WorkloadInterface.hardwareAddress.description == "ee:ee:ee:ee:ee:ee")
  }
}
