import CalicoAPI
import Dataplane
import DataplaneABI
import Routing
import Testing

@testable import NodeAgent

@Suite("From FelixConfigurations and IPPools to one node's settings")
struct SettingsTests {
  private static let interfaces = Dictionary(uniqueKeysWithValues: SampleCluster.interfaces.map { ($0.name, $0) })

  private static func felix(_ name: String, _ spec: OpenSpec) -> ClusterChange {
    .felixConfiguration(.added(FelixConfiguration(metadata: ObjectMeta(name: name), spec: spec)))
  }

  private static func stored(_ name: String, _ spec: OpenSpec) -> ClusterChange {
    .storedFelixConfiguration(.added(StoredFelixConfiguration(metadata: ObjectMeta(name: name), spec: spec)))
  }

  private static func pool(_ name: String, _ spec: OpenSpec) -> ClusterChange {
    .ipPool(.added(IPPool(metadata: ObjectMeta(name: name), spec: spec)))
  }

  private static func calculate(_ changes: [ClusterChange]) -> (desired: DesiredState, warnings: Set<String>) {
    var model = ClusterModel(nodeName: "node1")
    for change in SampleCluster.changes + changes { model.apply(change) }
    let result = model.calculate(interfaces)
    return (result.desired, result.warnings)
  }

  @Test("without any object the defaults hold, and the programs know the node's address")
  func nothing() {
    let (desired, warnings) = Self.calculate([])
    #expect(
      desired.settings == NodeSettings(addresses: PerFamily(ipv4: IPv4Address(10, 77, 0, 1), ipv6: nil)))
    #expect(warnings == [])
  }

  @Test(
    "a node's own object comes before the one for all, field by field, in whatever order they come; others' do not count"
  )
  func layers() {
    let changes = [
      Self.felix("node.node1", ["bpfPSNATPorts": "1000-1999"]),
      Self.felix("default", ["bpfPSNATPorts": "3000:3999", "defaultEndpointToHostAction": "Accept"]),
      Self.felix("node.node2", ["bpfPSNATPorts": "x", "bpfEnforceRPF": "Strict"]),
    ]
    for order in [changes, changes.reversed()] {
      let (desired, warnings) = Self.calculate(order)
      #expect(desired.settings.felix.sourcePorts.description == "1000:1999")
      #expect(desired.settings.felix.endpointToHost == .accept)
      #expect(desired.settings.felix.reversePath == .loose)
      #expect(warnings == [])
    }
  }

  @Test("an object that goes takes its settings along, and its complaints")
  func gone() {
    let bad = Self.felix("node.node1", ["bpfPSNATPorts": "x"])
    #expect(
      Self.calculate([bad]).warnings == [
        "FelixConfiguration node.node1: bpfPSNATPorts \"x\" is not a port from 1 to 65535 or a range of them, such as "
          + "20000:29999; the default, 20000:29999, is taken"
      ])
    let (desired, warnings) = Self.calculate([
      Self.felix("default", ["bpfPSNATPorts": 7]), bad, .felixConfiguration(.deleted(.init(name: "node.node1"))),
    ])
    #expect(desired.settings.felix.sourcePorts.description == "7")
    #expect(warnings == [])
  }

  @Test("where both groups have an object, that of projectcalico.org counts; alone, either does")
  func groups() {
    let own = Self.felix("default", ["bpfPSNATPorts": 1])
    let kept = Self.stored("default", ["bpfPSNATPorts": 2])
    #expect(Self.calculate([kept]).desired.settings.felix.sourcePorts.first == 2)
    #expect(Self.calculate([own, kept]).desired.settings.felix.sourcePorts.first == 1)
    #expect(Self.calculate([kept, own]).desired.settings.felix.sourcePorts.first == 1)
  }

  @Test("an object for selected nodes is not understood yet, and that is said")
  func selector() {
    let (_, warnings) = Self.calculate([Self.felix("gpu", ["nodeSelector": "has(gpu)", "bpfPSNATPorts": 7])])
    #expect(
      warnings == ["FelixConfiguration gpu: only default and node.<name> are understood yet; it is left out"])
  }

  @Test("a pool marks the pods in it, and stops doing so when it goes")
  func pools() {
    let pod = RouteKey(host: IPv4Address(10, 65, 1, 9))
    let pool = Self.pool("pods", ["cidr": "10.65.0.0/16", "natOutgoing": true])
    #expect(
      Self.calculate([pool]).desired.routing.ipv4.entries[pod]?.flags == [.workload, .local, .inPool, .natOutgoing])
    let gone = Self.calculate([pool, .ipPool(.deleted(.init(name: "pods")))])
    #expect(gone.desired.routing.ipv4.entries[pod]?.flags == [.workload, .local])
  }

  @Test("a pool that makes no sense is left out and named, and so is what is not done yet")
  func badPool() {
    let (_, warnings) = Self.calculate([
      Self.pool("a", ["cidr": "pods"]), Self.pool("b", ["cidr": "10.65.0.0/16", "vxlanMode": "CrossSubnet"]),
    ])
    #expect(
      warnings == [
        "IPPool a: cidr \"pods\" is not a prefix, so the pool is left out",
        "IPPool b: vxlanMode is CrossSubnet, and nothing is encapsulated yet; its pods are reached by native routing alone",
      ])
  }

  @Test("clients that opt out are marked in either mode; what is no range is said")
  func optOuts() throws {
    let key = try #require(RouteKey<IPv4Address>("192.0.2.0/24"))
    for mode in ["DSR", "Tunnel"] as [FieldValue] {
      let result = Self.calculate([
        Self.felix(
          "default",
          ["bpfExternalServiceMode": mode, "bpfDSROptoutCIDRs": .array(["192.0.2.0/24", "fd65:9::/64", "x"])])
      ])
      #expect(result.desired.routing.ipv4.entries[key]?.flags == .noDirectReturn)
      #expect(result.desired.routing.ipv6.entries.values.contains { $0.flags == .noDirectReturn })
      #expect(
        result.warnings == [
          "FelixConfiguration default: bpfDSROptoutCIDRs has \"x\", which is not a range of addresses; "
            + "that element is left out"
        ])
    }
  }

  @Test("limits of Maglev tables; what is none is said")
  func maglev() {
    let (desired, warnings) = Self.calculate([
      Self.felix("default", ["bpfMaglevMaxEndpointsPerService": 3000, "bpfMaglevMaxServices": 0])
    ])
    #expect(desired.settings.felix.maglevEndpoints == 3000)
    #expect(desired.settings.felix.maglevServices == 100)
    #expect(
      warnings == [
        "FelixConfiguration default: bpfMaglevMaxServices 0 is not a number from 1 to 3000; the default, 100, is taken"
      ])
  }

  @Test("ranges of services' addresses are marked by serviceLoopPrevention; what is no range is said")
  func serviceRanges() throws {
    let bgp = BGPConfiguration(
      metadata: ObjectMeta(name: "default"),
      spec: [
        "serviceClusterIPs": .array([.object(["cidr": "10.96.0.0/12"]), .object(["cidr": "fd96::/108"])]),
        "serviceLoadBalancerIPs": .array([.object(["cidr": "x"])]),
      ])
    let key = try #require(RouteKey<IPv4Address>("10.96.0.0/12"))
    for (word, flags) in [
      ("Drop", .unusedService), ("Reject", [.unusedService, .refusesUnused]), ("Disabled", nil),
    ] as [(String, RouteFlags?)] {
      let result = Self.calculate([
        .bgpConfiguration(.added(bgp)), Self.felix("default", ["serviceLoopPrevention": .string(word)]),
      ])
      #expect(result.desired.routing.ipv4.entries[key]?.flags == flags)
      #expect(result.desired.routing.ipv6.entries.values.contains { $0.flags == flags } == (flags != nil))
      #expect(
        result.warnings.contains(
          "BGPConfiguration default: serviceLoadBalancerIPs has an element whose cidr is not a range of addresses; "
            + "that element is left out"))
    }
    let other = Self.calculate([
      .bgpConfiguration(.added(BGPConfiguration(metadata: ObjectMeta(name: "node.node2"), spec: bgp.spec)))
    ])
    #expect(other.desired.routing.ipv4.entries[key] == nil)
  }
}
