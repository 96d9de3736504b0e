import DataplaneABI
import EBPF

/// A pod asks a service whose backend is on another node: request, answer, request again, and a forged request.
struct ServiceFlow<Address: IPAddress> {
  let pod: Address
  let service: Address
  let backend: Address
  let node: Address
  /// Names of the maps of this family.
  let maps: (routes: String, frontends: String, backends: String, members: String)
  let packet: (Endpoint<Address>, Endpoint<Address>) -> Packet

  private var client: Endpoint<Address> { Endpoint(address: pod, port: 40000) }
  private var frontend: Endpoint<Address> { Endpoint(address: service, port: 80) }
  private var server: Endpoint<Address> { Endpoint(address: backend, port: 8080) }

  var request: [UInt8] { packet(client, frontend).bytes }

  func run(on object: borrowing LoadedObject) throws -> String {
    try fill(object.maps)
    let fromPod = try object.program("workload_ingress")
    let fromNetwork = try object.program("host_ingress")
    let toPod = try object.program("workload_egress")

    let first = try run(fromPod, request)
    try expect("verdict on the request", first.verdict, DatapathCheck.verdictRedirect)
    try expect("request", first.data, packet(client, server).forwarded.bytes)

    let answer = try run(fromNetwork, packet(server, client).bytes)
    try expect("verdict on the answer", answer.verdict, DatapathCheck.verdictRedirect)
    let back = Packet(ethernetOf: answer.data, packet(frontend, client).forwarded)
    try expect("answer", answer.data, back.bytes)

    let second = try run(fromPod, request)
    try expect("verdict on the second request", second.verdict, DatapathCheck.verdictRedirect)
    try expect("second request", second.data, first.data)

    let plain = packet(Endpoint(address: node, port: 9), client).bytes
    try expect("verdict on a packet of the host", try run(toPod, plain).verdict, DatapathCheck.verdictNext)

    let forged = packet(Endpoint(address: backend, port: 7), frontend).bytes
    let before = try drops(.sourceNotAllowed, object.maps)
    try expect("verdict on a forged source", try run(fromPod, forged).verdict, DatapathCheck.verdictDrop)
    try expect("drops counted", try drops(.sourceNotAllowed, object.maps), before + 1)
    return "request translated, answer translated back, forgery dropped and counted"
  }

  private func run(_ program: borrowing LoadedProgram, _ data: [UInt8]) throws -> TestRunResult {
    try program.run(TestRunInput(data: data, context: DatapathCheck.context))
  }

  private func fill(_ maps: MapSet) throws {
    let routes = try maps.typed(self.maps.routes, RouteKey<Address>.self, Route<Address>.self)
    try routes.update(
      RouteKey(host: pod),
      Route(flags: [.workload, .local], interfaceIndex: DatapathCheck.interface, mac: MACAddress(1, 2, 3)))
    try routes.update(
      RouteKey(host: backend), Route(flags: .workload, interfaceIndex: DatapathCheck.interface, nextHop: node))
    let backends = try maps.typed(self.maps.backends, BackendKey.self, Backend<Address>.self)
    try backends.update(BackendKey(id: 1, ordinal: 0), Backend(address: backend, port: BigEndian16(server.port)))
    let members = try maps.typed(self.maps.members, MemberKey<Address>.self, MemberFlags.self)
    try members.update(
      MemberKey(id: 1, address: backend, port: BigEndian16(server.port)), [.takesNew, .serving])
    let frontends = try maps.typed(self.maps.frontends, FrontendKey<Address>.self, Frontend.self)
    try frontends.update(
      FrontendKey(address: service, port: BigEndian16(frontend.port), proto: IPProtocolNumber.udp),
      Frontend(id: 1, count: 1))
  }

  private func drops(_ drop: Drop, _ maps: MapSet) throws -> UInt64 {
    let counters = try maps.typed(MapName.counters, CounterKey.self, Counters.self)
    let key = CounterKey(interfaceIndex: DatapathCheck.interface, hook: 0)
    return try (counters.lookUpPerCPU(key) ?? []).reduce(0) { $0 + $1.drops[Int(drop.rawValue)] }
  }
}

extension ServiceFlow where Address == IPv4Address {
  static var ipv4: ServiceFlow {
    ServiceFlow(
      pod: IPv4Address(10, 65, 1, 2), service: IPv4Address(10, 96, 0, 10), backend: IPv4Address(10, 65, 2, 3),
      node: IPv4Address(10, 77, 0, 2), maps: (MapName.routes4, MapName.frontends4, MapName.backends4, MapName.members4),
      packet: { .ipv4(from: $0, to: $1) })
  }
}

extension ServiceFlow where Address == IPv6Address {
  static var ipv6: ServiceFlow {
    func address(_ high: UInt32, _ low: UInt32) -> IPv6Address {
      IPv6Address(high.bigEndian, 0, UInt32(1).bigEndian, low.bigEndian)
    }
    return ServiceFlow(
      pod: address(0xfd65_0000, 2), service: address(0xfd96_0000, 10), backend: address(0xfd65_0000, 0x203),
      node: address(0xfd77_0000, 2), maps: (MapName.routes6, MapName.frontends6, MapName.backends6, MapName.members6),
      packet: { .ipv6(from: $0, to: $1) })
  }
}
