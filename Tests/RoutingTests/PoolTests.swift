import CalicoAPI
import DataplaneABI
import Routing
import Testing

@Suite("What pools make of routes")
struct PoolTests {
  private static func prefix<Address: TextualIPAddress>(_ text: String) throws -> RouteKey<Address> {
    try #require(RouteKey<Address>(text))
  }

  private static func table(_ pools: [String: (String, Bool)], block: String = "10.65.2.0/24") throws -> RoutingTable<
    IPv4Address
  > {
    RouteCalculator.table(
      nodeName: "node1",
      nodes: ["node2": NodeInfo(internalIP: IPv4Address(10, 77, 0, 2), podCIDRs: [try prefix(block)])],
      workloads: ["default/web": WorkloadInfo(interfaceName: "cali1", addresses: [IPv4Address(10, 65, 1, 9)])],
      interfaces: [
        "eth0": InterfaceFacts(
          index: 2, addresses: [SubnetAddress(address: IPv4Address(10, 77, 0, 1), prefixLength: 24)], mtu: 9000),
        "cali1": InterfaceFacts(index: 5, peerMAC: MACAddress(1, 2, 3), mtu: 70_000),
      ],
      pools: try pools.mapValues { PoolInfo(cidr: try prefix($0.0), natOutgoing: $0.1) })
  }

  @Test("a pool has an entry of its own that leads nowhere, and marks pods and blocks in it")
  func marks() throws {
    let table = try Self.table(["pods": ("10.65.0.0/16", true)])
    #expect(table.entries[try Self.prefix("10.65.0.0/16")] == Route(flags: [.inPool, .natOutgoing]))
    #expect(
      table.entries[try Self.prefix("10.65.1.9/32")]?.flags == [.workload, .local, .inPool, .natOutgoing])
    #expect(
      table.entries[try Self.prefix("10.65.2.0/24")]?.flags == [.workload, .sameSubnet, .inPool, .natOutgoing])
    #expect(table.kernelRoutes[try Self.prefix("10.65.0.0/16")] == nil)
    #expect(table.complaints == [])
  }

  @Test("nodes are in no pool, even where the pool's range covers them")
  func hosts() throws {
    let table = try Self.table(["all": ("10.0.0.0/8", true)])
    #expect(table.entries[try Self.prefix("10.77.0.1/32")]?.flags == [.local, .host])
    #expect(table.entries[try Self.prefix("10.77.0.2/32")]?.flags == [.host, .sameSubnet])
  }

  @Test("the longest pool counts, and a block that is wider than a pool does not lie in it")
  func longest() throws {
    let table = try Self.table([
      "a": ("10.65.0.0/16", true), "b": ("10.65.1.0/24", false), "c": ("10.65.2.0/25", true),
    ])
    #expect(table.entries[try Self.prefix("10.65.1.9/32")]?.flags == [.workload, .local, .inPool])
    #expect(
      table.entries[try Self.prefix("10.65.2.0/24")]?.flags == [.workload, .sameSubnet, .inPool, .natOutgoing])
    #expect(table.entries[try Self.prefix("10.65.2.0/25")]?.flags == [.inPool, .natOutgoing])
  }

  @Test("without pools nothing is in one")
  func none() throws {
    let table = try Self.table([:])
    #expect(table.entries[try Self.prefix("10.65.1.9/32")]?.flags == [.workload, .local])
    #expect(table.entries[try Self.prefix("10.65.2.0/24")]?.flags == [.workload, .sameSubnet])
  }

  @Test("a block that is the whole pool keeps its way")
  func blockIsPool() throws {
    let table = try Self.table(["a": ("10.65.2.0/24", true)])
    let route = try #require(table.entries[try Self.prefix("10.65.2.0/24")])
    #expect(route.nextHop == IPv4Address(10, 77, 0, 2))
    #expect(route.flags.contains(.natOutgoing))
    #expect(table.complaints == [])
  }

  @Test("of two pools with one range the first by name has it, and the other is complained about")
  func twice() throws {
    let table = try Self.table(["b": ("10.65.0.0/16", true), "a": ("10.65.0.0/16", false)])
    #expect(table.entries[try Self.prefix("10.65.0.0/16")]?.flags == .inPool)
    #expect(table.complaints == ["IPPool b claims 10.65.0.0/16, which IPPool a has"])
  }

  @Test("a route knows the longest packet of the interface it leaves by, at most what IP can have")
  func mtu() throws {
    let table = try Self.table([:])
    #expect(table.entries[try Self.prefix("10.65.2.0/24")]?.mtu == 9000)
    #expect(table.entries[try Self.prefix("10.77.0.2/32")]?.mtu == 9000)
    #expect(table.entries[try Self.prefix("10.65.1.9/32")]?.mtu == 65535)
    #expect(table.entries[try Self.prefix("10.77.0.1/32")]?.mtu == 0)
  }

  @Test("IPv6 pools mark alike")
  func ipv6() throws {
    let address = try #require(IPv6Address("fd65:0:0:1::9"))
    let table = RouteCalculator<IPv6Address>.table(
      nodeName: "node1", nodes: [:],
      workloads: ["default/web": WorkloadInfo(interfaceName: "cali1", addresses: [address])],
      interfaces: ["cali1": InterfaceFacts(index: 5, peerMAC: MACAddress(1, 2, 3), mtu: 1500)],
      pools: ["pods": PoolInfo(cidr: try Self.prefix("fd65::/48"), natOutgoing: true)])
    #expect(table.entries[RouteKey(host: address)]?.flags == [.workload, .local, .inPool, .natOutgoing])
    #expect(table.entries[try Self.prefix("fd65::/48")]?.flags == [.inPool, .natOutgoing])
  }

  @Test("a pool is of one family; what is no range of either is named")
  func reading() throws {
    func read(_ cidr: String) -> (PoolInfo<IPv4Address>?, PoolInfo<IPv6Address>?, Set<String>) {
      var settings = IPPoolSettings()
      settings.cidr = cidr
      var complaints: [String] = []
      let ipv4 = PoolInfo<IPv4Address>.reading(settings, complaints: &complaints)
      return (ipv4, PoolInfo<IPv6Address>.reading(settings, complaints: &complaints), Set(complaints))
    }
    #expect(read("10.65.0.0/16").0?.cidr.description == "10.65.0.0/16")
    #expect(read("10.65.0.0/16").1 == nil)
    #expect(read("fd65::/48").1?.cidr.description == "fd65::/48")
    #expect(read("10.65.0.0/16").2 == [])
    #expect(read("pods").2 == ["cidr \"pods\" is not a prefix"])
    #expect(read("").2 == ["cidr \"\" is not a prefix"])
    #expect(read("::/0").2 == ["cidr \"::/0\" would cover every address"])
  }
}
