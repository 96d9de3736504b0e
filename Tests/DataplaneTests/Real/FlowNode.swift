import DataplaneABI
import EBPF
import Netlink
import Routing
import Services

@testable import Dataplane

/// A node whose pods 1 and 2 have addresses of both families, and which has a service, over TCP and UDP, with pod 2 behind it.
final class FlowNode {
  let node: RealNode
  private(set) var kernel: LinuxKernel
  private var driver: DataplaneDriver<LinuxKernel>
  private let mechanism: TrafficControl.Mechanism

  init(_ mechanism: TrafficControl.Mechanism = .automatic) throws {
    node = try RealNode(pods: [1, 2])
    self.mechanism = mechanism
    for pod: UInt8 in [1, 2] { try node.addIPv6(to: pod) }
    kernel = try node.start(mechanism)
    driver = try kernel.driver()
    try turn()
  }

  /// Another process of the agent takes over.
  func restart() throws {
    kernel = try node.start(mechanism)
    driver = try kernel.driver()
    try turn()
  }

  /// One turn of the agent.
  func turn() throws {
    let interfaces = Dictionary(try kernel.interfaces().map { ($0.name, $0) }) { $1 }
    let desired = desired(interfaces)
    let changed = PerFamily(ipv4: Set(desired.frontends.ipv4.keys), ipv6: Set(desired.frontends.ipv6.keys))
    let report = driver.apply(desired, changed: changed, interfaces: interfaces)
    if let failure = report.failures.first { throw failure }
  }

  private func desired(_ interfaces: [String: InterfaceState]) -> DesiredState {
    var state = Scene(pods: [1, 2]).desired(interfaces)
    // Longer than a test takes on a busy machine.
    state.settings.timeouts.udp = 3_600_000_000_000
    state.routing.ipv6 = RouteCalculator.table(
      nodeName: "node1", nodes: [:],
      workloads: Dictionary(
        uniqueKeysWithValues: [1, 2].map {
          (
            "default/p\($0)",
            WorkloadInfo(interfaceName: "cali\($0)", addresses: [IPv6Address(pod: $0)].compactMap { $0 })
          )
        }),
      interfaces: interfaces.mapValues {
        InterfaceFacts(index: $0.index, addresses: $0.addresses.ipv6, peerMAC: $0.peerMAC)
      })
    for proto in [IPProtocolNumber.tcp, IPProtocolNumber.udp] {
      add(proto, IPv4Address(10, 96, 0, 1), Scene.address(2), &state.frontends.ipv4)
      guard let service = IPv6Address("fd96::1"), let pod = IPv6Address(pod: 2) else { continue }
      add(proto, service, pod, &state.frontends.ipv6)
    }
    return state
  }

  private func add<Address>(
    _ proto: UInt8, _ service: Address, _ pod: Address, _ frontends: inout DesiredState.Frontends<Address>
  ) {
    frontends[FrontendKey(address: service, port: BigEndian16(80), proto: proto)] = FrontendSpec(
      service: ServiceName(namespace: "default", name: "s"),
      backends: [Backend(address: pod, port: BigEndian16(proto == IPProtocolNumber.tcp ? 8080 : 5353))], localCount: 1)
  }

  // MARK: What it holds

  /// Entries that each pinned table of flows is made for.
  func sizes() throws -> [String: UInt32] { try node.folder.flowTableSizes() }

  /// What a resize to `entries` leaves; kept connections have no fewer places than before.
  static func sizes(_ entries: UInt32, kept: UInt32) -> [String: UInt32] {
    Dictionary(
      uniqueKeysWithValues: FlowTable.all.flatMap {
        [($0.name, $0.keepsAll ? kept : entries), ($0.other, MapCapacity.other)]
      })
  }

  /// What all hooks have counted of an event.
  func counted(_ event: CounterIndex) throws -> UInt64 {
    try kernel.readCounters().values.reduce(0) { $0 + $1.events[Int(event.rawValue)] }
  }

  func drops() throws -> UInt64 {
    try kernel.readCounters().values.reduce(0) { sum, row in row.drops.indices.reduce(sum) { $0 + row.drops[$1] } }
  }

  /// The numbers of the maps that the programs at the hooks refer to.
  func mapsInUse() throws -> Set<UInt32> {
    var maps: Set<UInt32> = []
    for attachment in try kernel.attachments() {
      guard let link = try Link.openPinned(node.folder.link(attachment.slot)), let info = try link.info(),
        let program = try LoadedProgram.open(id: info.program)
      else { throw Missing() }
      maps.formUnion(try program.info().maps)
    }
    return maps
  }

  /// The numbers of the pinned conntrack tables.
  func conntrackTables() throws -> Set<UInt32> {
    Set(
      try [MapName.conntrack4, MapName.conntrack6].map { name in
        guard let map = try Map.openPinned(node.folder.map(name)) else { throw Missing() }
        return map.info.id
      })
  }
}

extension IPv6Address {
  init?(pod: Int) { self.init("fd65::1:\(pod)") }
}

extension RealNode {
  fileprivate func addIPv6(to number: UInt8) throws {
    let pod = try pod(number)
    try pod.writeSysctl("net/ipv6/conf/eth0/accept_dad", "0")
    let netlink = try NetlinkConnection(in: pod)
    let index = try netlink.link(named: "eth0").index
    try netlink.addAddress(
      InterfaceAddress(try unwrap(InetPrefix("fd65::1:\(number)/128")), interface: index))
    let gateway = try unwrap(InetAddress("fe80::1"))
    let gatewayMAC = HardwareAddress(0xee, 0xee, 0xee, 0xee, 0xee, 0xee)
    try netlink.replaceNeighbour(Neighbour(gateway, gatewayMAC, interface: index))
    try netlink.addRoute(Netlink.Route(.all(.ipv6), gateway: gateway, interface: index, flags: .onLink))
  }
}
