import DataplaneABI
import DatapathPrograms
import EBPF
import Glibc

/// A node with the real programs in the kernel, and maps of its own that nobody else sees.
///
/// Two pods live on it, client and server, behind interfaces of their own (and a second server for those who need it);
/// another node holds a remote pod. `fromPod`, `fromFabric` and `fromHost` run the program that sees such a packet.
final class Node: Sendable {
  let family: Family
  let interfaces: Interfaces
  let tables: any Tables
  private let programs: LazyPrograms
  private let counters: TypedMap<CounterKey, Counters>
  private let nodeState: TypedMap<UInt32, NodeState>

  static let canRun = geteuid() == 0

  /// Loads the object and tells it who lives where.
  ///
  /// - Parameter ownNamespace: has routes and addresses of its own; otherwise there are none.
  init(_ family: Family, ownNamespace: Interfaces? = nil) throws {
    self.family = family
    interfaces = try ownNamespace ?? Interfaces.shared.get()
    let programs = try LazyPrograms.borrow()
    let maps = programs.maps
    tables =
      switch family {
      case .ipv4:
        try FamilyTables<IPv4Address>(
          maps, routes: MapName.routes4, frontends: MapName.frontends4, backends: MapName.backends4,
          members: MapName.members4,
          conntrack: MapName.conntrack4)
      case .ipv6:
        try FamilyTables<IPv6Address>(
          maps, routes: MapName.routes6, frontends: MapName.frontends6, backends: MapName.backends6,
          members: MapName.members6,
          conntrack: MapName.conntrack6)
      }
    counters = try maps.typed(MapName.counters, CounterKey.self, Counters.self)
    nodeState = try maps.typed(MapName.node, UInt32.self, NodeState.self)
    self.programs = programs
    let (ipv4, ipv6) = (IP("10.77.0.1"), IP("fd77::1"))
    try nodeState.update(
      0, NodeState(routeGeneration: 1, address4: ipv4.address(), address6: ipv6.address()))
    try settle()
  }

  deinit { programs.giveBack() }

  // MARK: Who lives where

  var client: IP { family.pick("10.65.1.2", "fd65:0:0:1::2") }
  var server: IP { family.pick("10.65.1.3", "fd65:0:0:1::3") }
  var second: IP { family.pick("10.65.1.4", "fd65:0:0:1::4") }
  var remotePod: IP { family.pick("10.65.2.3", "fd65:0:0:2::3") }
  var address: IP { family.pick("10.77.0.1", "fd77::1") }
  var otherNode: IP { family.pick("10.77.0.2", "fd77::2") }
  var service: IP { family.pick("10.96.0.10", "fd96::a") }
  /// Somebody whom no route covers.
  var stranger: IP { family.pick("203.0.113.9", "2001:db8::9") }

  private func settle() throws {
    let local: RouteFlags = [.workload, .local, .inPool]
    try setRoute(client, RouteEntry(flags: local, interface: interfaces.client, mac: MAC.client))
    try setRoute(server, RouteEntry(flags: local, interface: interfaces.server, mac: MAC.server))
    try setRoute(second, RouteEntry(flags: local, interface: interfaces.second, mac: MAC.second))
    try setRoute(address, RouteEntry(flags: [.local, .host]))
    try setRoute(otherNode, RouteEntry(flags: [.host]))
    try tables.setRoute(
      family.pick("10.65.2.0", "fd65:0:0:2::"), length: family == .ipv4 ? 24 : 64,
      RouteEntry(flags: [.workload, .inPool, .sameSubnet], interface: interfaces.uplink, nextHop: otherNode))
  }

  /// Sets the route to one address.
  func setRoute(_ address: IP, _ route: RouteEntry) throws { try tables.setRoute(address, length: nil, route) }

  /// Tells flows that routes have changed.
  func setGeneration(_ generation: UInt32) throws {
    try setState { $0.routeGeneration = generation }
  }

  /// Changes what the agent tells the programs about the node.
  func setState(_ change: (inout NodeState) -> Void) throws {
    var state = try nodeState.lookUp(0) ?? NodeState(routeGeneration: 0)
    change(&state)
    try nodeState.update(0, state)
  }

  /// A service on port 80 of `service`, over TCP, UDP and SCTP, with these backends; those in front are local.
  func setService(
    id: UInt32 = 7, _ backends: [(IP, UInt16)], localCount: UInt32 = 0, flags: FrontendFlags = []
  ) throws {
    for (ordinal, backend) in backends.enumerated() {
      try tables.setBackend(BackendKey(id: id, ordinal: UInt32(ordinal)), backend.0, port: backend.1)
    }
    let frontend = Frontend(id: id, count: UInt32(backends.count), localCount: localCount, flags: flags)
    for proto in [UInt8(6), 17, 132] { try tables.setFrontend(service, port: 80, proto: proto, frontend) }
  }

  // MARK: Packets

  /// A pod sends; the client unless told otherwise.
  func fromPod(_ packet: Packet, at interface: UInt32? = nil, segmentSize: UInt32 = 0) throws -> Outcome {
    try run(packet.bytes, "workload_ingress", at: interface ?? interfaces.client, segmentSize: segmentSize)
  }

  /// The server pod sends.
  func fromServer(_ packet: Packet) throws -> Outcome { try fromPod(packet, at: interfaces.server) }

  /// Bytes that a pod sends.
  func fromPod(bytes: [UInt8], at interface: UInt32? = nil) throws -> Outcome {
    try run(bytes, "workload_ingress", at: interface ?? interfaces.client)
  }

  /// A packet comes in over the node's interface.
  func fromFabric(_ packet: Packet, at interface: UInt32? = nil) throws -> Outcome {
    try run(packet.bytes, "host_ingress", at: interface ?? interfaces.uplink)
  }

  func fromFabric(bytes: [UInt8]) throws -> Outcome { try run(bytes, "host_ingress", at: interfaces.uplink) }

  /// The host stack sends to the pod behind an interface; the client's unless told otherwise.
  func fromHost(_ packet: Packet, at interface: UInt32? = nil, mark: UInt32 = 0) throws -> Outcome {
    try run(packet.bytes, "workload_egress", at: interface ?? interfaces.client, mark: mark)
  }

  /// A packet leaves over the node's interface.
  func fromHostOut(_ packet: Packet, at interface: UInt32? = nil, mark: UInt32 = 0) throws -> Outcome {
    try run(packet.bytes, "host_egress", at: interface ?? interfaces.uplink, mark: mark)
  }

  private func run(
    _ bytes: [UInt8], _ name: String, at interface: UInt32, mark: UInt32 = 0, segmentSize: UInt32 = 0
  ) throws -> Outcome {
    let context = SocketBufferContext(mark: mark, interface: interface, segmentSize: segmentSize)
    let input = TestRunInput(data: bytes, context: context)
    let program = try programs.program(name)
    let result = try interfaces.namespace.run { try program.run(input) }
    return Outcome(
      verdict: Outcome.Verdict(rawValue: result.verdict), bytes: result.data,
      mark: SocketBufferContext(bytes: result.context)?.mark ?? 0)
  }

  /// Instructions of each program as the kernel runs them.
  func translatedInstructions() throws -> [String: [Instruction]] {
    var instructions: [String: [Instruction]] = [:]
    for name in programs.names { instructions[name] = try programs.program(name).translatedInstructions() }
    return instructions
  }

  // MARK: What is left behind

  func flow(of packet: Packet) throws -> Flow? { try tables.flow(of: packet) }

  /// How often something was counted, over all interfaces and hooks.
  func count(_ event: CounterIndex) throws -> UInt64 { try sum { $0.events[Int(event.rawValue)] } }

  /// How often packets were dropped for a reason.
  func count(_ drop: Drop) throws -> UInt64 { try sum { $0.drops[Int(drop.rawValue)] } }

  /// How many packets were dropped for any reason.
  func drops() throws -> UInt64 { try Drop.allCases.reduce(0) { try $0 + count($1) } }

  private func sum(_ part: (Counters) -> UInt64) throws -> UInt64 {
    try counters.entriesPerCPU().reduce(0) { $0 + $1.values.reduce(0) { $0 + part($1) } }
  }
}
