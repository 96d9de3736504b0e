import DataplaneABI
import Routing
import Testing

@Suite("Which routes a node has")
struct RouteCalculatorTests {
  private static let podMAC = MACAddress(0x1111, 0x2222, 0x3333)

  private static func table(
    nodes: [String: NodeInfo<IPv4Address>] = nodes, workloads: [String: WorkloadInfo<IPv4Address>] = workloads,
    interfaces: [String: InterfaceFacts<IPv4Address>] = interfaces
  ) -> RoutingTable<IPv4Address> {
    RouteCalculator.table(
      nodeName: "node1", nodes: nodes, workloads: workloads, interfaces: interfaces,
      pools: ["pods": PoolInfo(cidr: prefix("10.65.0.0/16"))])
  }

  private static let nodes: [String: NodeInfo<IPv4Address>] = [
    "node1": NodeInfo(internalIP: IPv4Address(10, 77, 0, 1), podCIDRs: [prefix("10.65.1.0/24")]),
    "node2": NodeInfo(internalIP: IPv4Address(10, 77, 0, 2), podCIDRs: [prefix("10.65.2.0/24")]),
  ]
  private static let workloads: [String: WorkloadInfo<IPv4Address>] = [
    "default/web": WorkloadInfo(interfaceName: "cali1", addresses: [IPv4Address(10, 65, 1, 9)])
  ]
  private static let interfaces: [String: InterfaceFacts<IPv4Address>] = [
    "lo": InterfaceFacts(index: 1, addresses: [SubnetAddress(address: IPv4Address(127, 0, 0, 1), prefixLength: 8)]),
    "eth0": InterfaceFacts(
      index: 2, addresses: [SubnetAddress(address: IPv4Address(10, 77, 0, 1), prefixLength: 24)], mtu: 1500),
    "cali1": InterfaceFacts(index: 5, peerMAC: podMAC, mtu: 1450),
  ]

  private static func prefix(_ text: String) -> RouteKey<IPv4Address> {
    RouteKey(text) ?? RouteKey(prefixLength: 0, address: .any)
  }

  @Test("a pod of this node is reached over its interface, at its Ethernet address")
  func localWorkload() {
    let table = Self.table()
    let expected = Route<IPv4Address>(
      flags: [.workload, .local, .inPool], interfaceIndex: 5, mac: Self.podMAC, mtu: 1450)
    #expect(table.entries[Self.prefix("10.65.1.9/32")] == expected)
    #expect(table.kernelRoutes[Self.prefix("10.65.1.9/32")] == .device(interfaceIndex: 5))
  }

  @Test("the pods of another node are reached through it")
  func remoteWorkloads() {
    let table = Self.table()
    let node2 = IPv4Address(10, 77, 0, 2)
    let expected = Route(flags: [.workload, .inPool, .sameSubnet], interfaceIndex: 2, nextHop: node2, mtu: 1500)
    #expect(table.entries[Self.prefix("10.65.2.0/24")] == expected)
    #expect(table.kernelRoutes[Self.prefix("10.65.2.0/24")] == .gateway(node2, interfaceIndex: 2))
  }

  @Test("node addresses are host entries, and no kernel routes of ours")
  func hosts() {
    let table = Self.table()
    #expect(table.entries[Self.prefix("10.77.0.1/32")]?.flags == [.host, .local])
    #expect(table.entries[Self.prefix("127.0.0.1/32")]?.flags == [.host, .local])
    #expect(table.entries[Self.prefix("10.77.0.2/32")]?.flags == [.host, .sameSubnet])
    #expect(table.kernelRoutes[Self.prefix("10.77.0.2/32")] == nil)
  }

  @Test("addresses of this node's block that no pod has go nowhere")
  func ownBlock() { #expect(Self.table().kernelRoutes[Self.prefix("10.65.1.0/24")] == .blackhole) }

  @Test("nothing else, and no complaint")
  func complete() {
    let table = Self.table()
    #expect(table.entries.count == 6)
    #expect(table.kernelRoutes.count == 3)
    #expect(table.complaints == [])
  }

  @Test("a pod whose interface is not there yet has no route")
  func interfaceMissing() {
    var interfaces = Self.interfaces
    interfaces["cali1"] = nil
    let table = Self.table(interfaces: interfaces)
    #expect(table.entries[Self.prefix("10.65.1.9/32")] == nil)
    #expect(table.kernelRoutes[Self.prefix("10.65.1.9/32")] == nil)
  }

  @Test("a pod whose end of the cable cannot be seen has no route, and that is said")
  func peerUnknown() {
    var interfaces = Self.interfaces
    interfaces["cali1"]?.peerMAC = nil
    let table = Self.table(interfaces: interfaces)
    #expect(table.entries[Self.prefix("10.65.1.9/32")] == nil)
    #expect(table.complaints == ["pod default/web: the pod's end of cali1 cannot be seen; is it a veth?"])
  }

  @Test("a node on another subnet is complained about, and the rest stays")
  func offLink() {
    var nodes = Self.nodes
    nodes["node3"] = NodeInfo(internalIP: IPv4Address(10, 78, 0, 3), podCIDRs: [Self.prefix("10.65.3.0/24")])
    let table = Self.table(nodes: nodes)
    #expect(table.entries == Self.table().entries)
    #expect(
      table.complaints == ["node node3 (10.78.0.3) is not on a subnet of this node, so its pods cannot be routed to"])
  }

  @Test("a node that has blocks but no address is complained about")
  func noInternalIP() {
    var nodes = Self.nodes
    nodes["node3"] = NodeInfo(podCIDRs: [Self.prefix("10.65.3.0/24")])
    #expect(
      Self.table(nodes: nodes).complaints == ["node node3 has pod CIDRs but no InternalIP of that family"])
  }

  @Test("two nodes with one block: the first by name has it")
  func blockConflict() {
    var nodes = Self.nodes
    nodes["node3"] = NodeInfo(internalIP: IPv4Address(10, 77, 0, 3), podCIDRs: [Self.prefix("10.65.2.0/24")])
    let table = Self.table(nodes: nodes)
    #expect(table.entries[Self.prefix("10.65.2.0/24")]?.nextHop == IPv4Address(10, 77, 0, 2))
    #expect(table.complaints == ["node node3 claims 10.65.2.0/24, which node node2 has"])
  }

  @Test("two pods with one address: the first by name has it")
  func podConflict() {
    var workloads = Self.workloads
    workloads["default/aaa"] = WorkloadInfo(interfaceName: "cali2", addresses: [IPv4Address(10, 65, 1, 9)])
    var interfaces = Self.interfaces
    interfaces["cali2"] = InterfaceFacts(index: 6, peerMAC: Self.podMAC)
    let table = Self.table(workloads: workloads, interfaces: interfaces)
    #expect(table.kernelRoutes[Self.prefix("10.65.1.9/32")] == .device(interfaceIndex: 6))
    #expect(table.complaints == ["pod default/web claims 10.65.1.9/32, which pod default/aaa has"])
  }

  @Test("the most specific subnet leads to a node")
  func mostSpecificSubnet() {
    var interfaces = Self.interfaces
    interfaces["wide"] = InterfaceFacts(
      index: 7, addresses: [SubnetAddress(address: IPv4Address(10, 1, 0, 1), prefixLength: 8)])
    #expect(Self.table(interfaces: interfaces).entries[Self.prefix("10.65.2.0/24")]?.interfaceIndex == 2)
  }

  @Test("a link-local address is not the node's own: every link has it")
  func linkLocal() throws {
    let address = try #require(IPv6Address("fe80::ecee:eeff:feee:eeee"))
    let table = RouteCalculator<IPv6Address>.table(
      nodeName: "node1", nodes: [:], workloads: [:],
      interfaces: ["cali1": InterfaceFacts(index: 5, addresses: [SubnetAddress(address: address, prefixLength: 64)])]
    )
    #expect(table.entries.isEmpty)
  }

  @Test("IPv6 is routed alike")
  func ipv6() throws {
    let node2 = try #require(IPv6Address("fd77::2"))
    let node1 = try #require(IPv6Address("fd77::1"))
    let block = try #require(RouteKey<IPv6Address>("fd65:0:0:2::/64"))
    let table = RouteCalculator<IPv6Address>.table(
      nodeName: "node1", nodes: ["node2": NodeInfo(internalIP: node2, podCIDRs: [block])], workloads: [:],
      interfaces: ["eth0": InterfaceFacts(index: 2, addresses: [SubnetAddress(address: node1, prefixLength: 64)])])
    #expect(table.entries[block]?.nextHop == node2)
    #expect(table.kernelRoutes[block] == .gateway(node2, interfaceIndex: 2))
  }
}
