import DataplaneABI
import Routing
import Testing

@Suite("Clients that services do not answer directly")
struct DirectReturnTests {
  private static func prefix(_ text: String) throws -> RouteKey<IPv4Address> { try #require(RouteKey(text)) }

  private static func table(_ optOuts: [String]) throws -> RoutingTable<IPv4Address> {
    RouteCalculator.table(
      nodeName: "node1",
      nodes: [
        "node2": NodeInfo(internalIP: IPv4Address(10, 77, 0, 2), podCIDRs: [try prefix("10.65.2.0/24")])
      ],
      workloads: ["default/web": WorkloadInfo(interfaceName: "cali1", addresses: [IPv4Address(10, 65, 1, 9)])],
      interfaces: [
        "eth0": InterfaceFacts(
          index: 2, addresses: [SubnetAddress(address: IPv4Address(10, 77, 0, 1), prefixLength: 24)], mtu: 1500),
        "cali1": InterfaceFacts(index: 5, peerMAC: MACAddress(1, 2, 3), mtu: 1500),
      ],
      pools: ["pods": PoolInfo(cidr: try prefix("10.65.0.0/16"), natOutgoing: true)],
      unused: [try prefix("10.96.0.0/12"): .unusedService], optOuts: Set(try optOuts.map { try prefix($0) }))
  }

  @Test("a range has an entry that leads nowhere, and nothing else changes")
  func range() throws {
    var table = try Self.table(["192.0.2.0/24", "198.51.100.7"])
    #expect(table.entries[try Self.prefix("192.0.2.0/24")] == Route(flags: .noDirectReturn))
    #expect(table.entries[try Self.prefix("198.51.100.7/32")] == Route(flags: .noDirectReturn))
    table.entries = table.entries.filter { !$0.value.flags.contains(.noDirectReturn) }
    #expect(table == (try Self.table([])))
  }

  @Test("all entries within the range have the mark, because the longest is the one that is found")
  func within() throws {
    let table = try Self.table(["10.0.0.0/8"])
    let inside = table.entries.filter { $0.key != RouteKey(prefixLength: 8, address: IPv4Address(10, 0, 0, 0)) }
    #expect(inside.count >= 6)
    #expect(table.entries.values.allSatisfy { $0.flags.contains(.noDirectReturn) })
    let pod = try #require(table.entries[try Self.prefix("10.65.1.9/32")])
    #expect(pod.flags == [.workload, .local, .inPool, .natOutgoing, .noDirectReturn])
    #expect(pod.interfaceIndex == 5)
  }

  @Test("a range inside another entry says what that one said")
  func inside() throws {
    let table = try Self.table(["10.65.2.128/25", "10.65.3.0/24", "10.96.1.0/24", "10.65.0.0/16"])
    let node2 = IPv4Address(10, 77, 0, 2)
    let block: RouteFlags = [.workload, .sameSubnet, .inPool, .natOutgoing, .noDirectReturn]
    #expect(
      table.entries[try Self.prefix("10.65.2.128/25")]
        == Route(flags: block, interfaceIndex: 2, nextHop: node2, mtu: 1500))
    #expect(table.entries[try Self.prefix("10.65.3.0/24")]?.flags == [.inPool, .natOutgoing, .noDirectReturn])
    #expect(table.entries[try Self.prefix("10.65.0.0/16")]?.flags == [.inPool, .natOutgoing, .noDirectReturn])
    #expect(table.entries[try Self.prefix("10.96.1.0/24")]?.flags == [.unusedService, .noDirectReturn])
    #expect(table.entries[try Self.prefix("10.96.0.0/12")]?.flags == .unusedService)
  }

  @Test("everybody may be opted out")
  func everybody() throws {
    let table = try Self.table(["0.0.0.0/0"])
    #expect(table.entries[try Self.prefix("0.0.0.0/0")] == Route(flags: .noDirectReturn))
    #expect(table.entries.values.allSatisfy { $0.flags.contains(.noDirectReturn) })
  }
}
