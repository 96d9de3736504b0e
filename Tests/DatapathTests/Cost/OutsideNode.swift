import DataplaneABI
import DatapathPrograms
import EBPF
import KernelRuntime

/// The loaded programs of a node whose services are asked for from outside, with maps of their own.
final class OutsideNode: Sendable {
  /// A service whose backend is on node 1, and one whose backend is on node 2.
  static let (portHere, portThere): (UInt16, UInt16) = (30_080, 30_081)
  static let (podHere, podThere): (Place, Place) = (.pod(1), .pod(9, node: 2))

  private let object: LoadedObject
  private let number: UInt8

  /// - Parameter direct: whether backends' nodes answer clients themselves (DSR).
  init(_ number: UInt8, direct: Bool) throws {
    self.number = number
    object = try ObjectSpec(parsing: EmbeddedObject.datapath, name: "datapath")
      .load(LoadOptions(adjust: { $0.maxEntries = min($0.maxEntries, 512_000) }))
    // The settings' defaults.
    let state = NodeState(
      routeGeneration: 7, flags: direct ? [.wantsWayBack, .returnsDirectly] : .wantsWayBack,
      address4: IPv4Address(.node(number)), address6: IPv6Address(.node(number)),
      nodePorts: PortRange(first: Self.portHere, count: 2))
    try object.maps.typed(MapName.node, UInt32.self, NodeState.self).update(0, state)
    try fill(IPv4Address.self)
    try fill(IPv6Address.self)
    try object.countRoom()
  }

  func program(_ name: String) throws -> LoadedProgram { try object.program(name) }

  /// What becomes of a packet that must be sent on.
  func pass(_ name: String, _ frame: [UInt8]) throws -> [UInt8] {
    let context = SocketBufferContext(ingressInterface: LiveHook.interface, interface: LiveHook.interface)
    let result = try object.program(name).run(TestRunInput(data: frame, context: context))
    guard result.verdict == 7 else { throw Mismatch("\(name) of node \(number) says \(result.verdict)") }
    return result.data
  }

  /// How many flows were opened, and how many packets were dropped or left to the host stack.
  func counted() throws -> (flows: Int, lost: Int) {
    var counted = (flows: 0, lost: 0)
    for (_, rows) in try object.maps.typed(MapName.counters, CounterKey.self, Counters.self).entriesPerCPU() {
      let sums = Counters.sum(rows)
      let left = [CounterIndex.toHost, .toStack, .notOurs, .midFlow, .lastHop, .tooLong].map { sums[Int($0.rawValue)] }
      counted.flows += Int(sums[Int(CounterIndex.newFlow.rawValue)])
      counted.lost += Int((left + sums.dropFirst(Int(Counters.firstDrop))).reduce(0, +))
    }
    return counted
  }

  /// Everybody is behind the one interface at which packets are measured.
  private func fill<Address: TestAddress>(_: Address.Type) throws {
    let routes = try object.maps.typed(Address.routesMap, RouteKey<Address>.self, Route<Address>.self)
    for node: UInt8 in 1...2 where node != number {
      let way = Route(flags: .workload, interfaceIndex: LiveHook.interface, nextHop: Address(.node(node)), mtu: 1500)
      let block = RouteKey(prefixLength: Address.family == .v4 ? 24 : 64, address: Address(.pod(0, node: node)))
      try routes.update(block, way)
      try routes.update(
        RouteKey(host: Address(.node(node))),
        Route(flags: [.host, .sameSubnet], interfaceIndex: LiveHook.interface, nextHop: way.nextHop, mtu: 1500))
    }
    try routes.update(RouteKey(host: Address(.node(number))), Route(flags: [.host, .local]))
    let own = number == 1 ? [Self.podHere, .pod(2)] : [Self.podThere]
    for pod in own {
      try routes.update(
        RouteKey(host: Address(pod)), Route(flags: [.workload, .local], interfaceIndex: LiveHook.interface, mtu: 1500))
    }
    try serve(Address.self, id: 1, port: Self.portHere, Self.podHere, isLocal: number == 1)
    try serve(Address.self, id: 2, port: Self.portThere, Self.podThere, isLocal: number == 2)
  }

  private func serve<Address: TestAddress>(
    _: Address.Type, id: UInt32, port: UInt16, _ pod: Place, isLocal: Bool
  ) throws {
    let maps = object.maps
    let backendPort = BigEndian16(8080)
    try maps.typed(Address.frontendsMap, FrontendKey<Address>.self, Frontend.self).update(
      FrontendKey(address: .everyNode, port: BigEndian16(port), proto: IPProtocolNumber.tcp),
      Frontend(id: id, count: 1, localCount: isLocal ? 1 : 0))
    try maps.typed(Address.backendsMap, BackendKey.self, Backend<Address>.self).update(
      BackendKey(id: id, ordinal: 0), Backend(address: Address(pod), port: backendPort))
    try maps.typed(Address.membersMap, MemberKey<Address>.self, MemberFlags.self).update(
      MemberKey(id: id, address: Address(pod), port: backendPort), [.takesNew, .serving])
  }
}
