import DataplaneABI
import KernelRuntime
import Testing

@testable import DatapathPrograms

@Suite("Ways of services' packets, and what is said about them")
struct OutsideWayTests {
  @Test("a port at an address of the first node that the other does not know", arguments: FamilyName.allCases)
  func secondAddress(_ family: FamilyName) throws {
    let scene = try ClusterScene(family)
    scene.service(there: [.pod(3, node: 2)])
    scene.node(1).route(.node(9), flags: [.host, .local])
    let outcome = scene.relay(scene.request(.syn, to: 9))
    #expect(outcome.redirect == .peer(of: 13))
  }

  @Test("a backend outside the cluster sees the node", arguments: FamilyName.allCases)
  func foreignBackend(_ family: FamilyName) throws {
    let scene = try ClusterScene(family)
    scene.service(there: [.outside(7)])
    let outcome = scene.node(1).fromFabric(scene.request(.syn))
    #expect(Place(outcome.frame.source) == .node(1))
  }

  @Test(
    "errors of routers outside reach the backend, whatever their address", arguments: FamilyName.allCases,
    [UInt8(0), 9])
  func routersErrors(_ family: FamilyName, _ router: UInt8) throws {
    let scene = try ClusterScene(family)
    scene.service(there: [.pod(3, node: 2)])
    let there = try scene.cluster.send(scene.request(.udp), from: .outside(1))
    _ = try scene.cluster.send(scene.answer(there, .udp), from: .pod(3, node: 2))
    let answer = Frame(
      family: family, source: .node(1), sourcePort: ClusterScene.port, destination: .outside(1),
      destinationPort: 40_000,
      transport: .udp)
    let error = Frame(
      family: family, source: .outside(router), destination: .node(1),
      transport: .icmp(type: family == .v4 ? 3 : 2, identifier: 0), payload: ClusterScene.quote(answer))
    let trip = try scene.cluster.send(error, from: .outside(router))
    #expect(trip.end == .pod(3, node: 2))
    // The client itself, or who it is.
    #expect(Place(Dissection(trip.bytes).source) == .outside(router))
  }

  @Test("who sends pieces that are too long for the tunnel is told by the first")
  func firstPieces() throws {
    let scene = try ClusterScene(.v4)
    scene.service(there: [.pod(3, node: 2)])
    var bytes = scene.request(.udp, payload: [UInt8](repeating: 7, count: 1472)).bytes
    bytes[20] = 0x20  // more fragments, may be cut
    let outcome = scene.node(1).send(bytes: bytes, .hostIngress, interface: World.fabric)
    #expect(outcome.verdict != .drop)
  }

  @Test("so is who sends segments that stay too long", arguments: FamilyName.allCases)
  func longSegments(_ family: FamilyName) throws {
    let scene = try ClusterScene(family)
    scene.service(there: [.pod(3, node: 2)])
    _ = scene.relay(scene.request(.syn))
    _ = scene.node(1).send(
      scene.request(.ack, payload: [UInt8](repeating: 7, count: 17_896)), .hostIngress, interface: World.fabric
    ) { $0.segmentSize = 8948 }
    #expect(scene.node(1).drops(.tooLongForTunnel, interface: World.fabric) == 1)
  }

  /// A backend's answer of that length, once the flow is open.
  private func answer(_ scene: ClusterScene, _ length: Int, from server: Place) throws -> Frame {
    let there = try scene.cluster.send(scene.request(.udp), from: .outside(1))
    _ = try scene.cluster.send(scene.answer(there, .udp), from: server)
    var big = scene.answer(there, .udp)
    big.payload = [UInt8](repeating: 7, count: length)
    return big
  }

  /// Whether it is an ICMP error from there about that packet, as its sender knows it.
  private func expectError(_ bytes: [UInt8], from sender: Place, to receiver: Place, about frame: Frame) {
    let seen = Dissection(bytes)
    #expect(Place(seen.source) == sender)
    #expect(Place(seen.destination) == receiver)
    #expect(seen.checksumsHold)
    let quote = ClusterScene.quote(frame)
    let header = frame.family.headerLength
    let found = Array(bytes[(14 + header + 8)...].prefix(quote.count))
    // A hop further its limit and its checksum differ.
    let same = frame.family == .v4 ? [0..<8, 12..<quote.count] : [0..<7, 8..<quote.count]
    for range in same { #expect(Array(found[range]) == Array(quote[range])) }
  }

  @Test(
    "a backend is told what fits beyond the node that was asked, by that node, also over virtual cables",
    arguments: FamilyName.allCases, [false, true])
  func answersTooLong(_ family: FamilyName, _ isVirtual: Bool) throws {
    let scene = try ClusterScene(family)
    scene.cluster.hasVirtualCables = isVirtual
    scene.service(there: [.pod(3, node: 2)])
    scene.node(1).route(.outside(1), flags: [], interface: 2, nextHop: .outside(1), mtu: 1300)
    let big = try answer(scene, 1370, from: .pod(3, node: 2))
    let back = try scene.cluster.send(big, from: .pod(3, node: 2))
    #expect(back.end == .pod(3, node: 2))
    #expect(Set(back.stops.map(\.node)) == [1, 2])
    expectError(back.bytes, from: .node(1), to: .pod(3, node: 2), about: big)
  }

  @Test("a backend is told what fits into the tunnel, by its own node", arguments: FamilyName.allCases)
  func answersTooLongForTunnel(_ family: FamilyName) throws {
    for backend in [Place.pod(3, node: 2), .node(2)] {
      let scene = try ClusterScene(family)
      scene.service(there: [backend])
      let big = try answer(scene, 1450, from: backend)
      let back = try scene.cluster.send(big, from: backend)
      #expect(back.end == backend)
      #expect(Set(back.stops.map(\.node)) == [2])
      expectError(back.bytes, from: .node(2), to: backend, about: big)
    }
  }

  @Test("a backend that answers straight is told what fits by its own node", arguments: FamilyName.allCases)
  func directAnswersTooLong(_ family: FamilyName) throws {
    let scene = try ClusterScene(family, direct: true)
    scene.service(there: [.pod(3, node: 2)])
    scene.node(2).kernel.wayOut = { _ in World.fabric }
    scene.node(2).kernel.wayOutMTU = 1300
    let big = try answer(scene, 1370, from: .pod(3, node: 2))
    let back = try scene.cluster.send(big, from: .pod(3, node: 2))
    #expect(back.end == .pod(3, node: 2))
    expectError(back.bytes, from: .node(2), to: .pod(3, node: 2), about: big)
  }

  @Test("a client is told what fits into the tunnel, by whom it asked", arguments: FamilyName.allCases)
  func requestsTooLong(_ family: FamilyName) throws {
    let scene = try ClusterScene(family)
    scene.service(there: [.pod(3, node: 2)])
    let big = scene.request(.udp, payload: [UInt8](repeating: 7, count: 1450))
    let back = try scene.cluster.send(big, from: .outside(1))
    #expect(back.end == .outside(1))
    expectError(back.bytes, from: .node(1), to: .outside(1), about: big)
  }

  @Test("the loopback of a pod is its own")
  func ownLoopback() throws {
    let world = World(.v4)
    world.state.nodePorts = PortRange(first: 30_000, count: 1000)
    world.service(nil, port: 30_080, backends: [.pod(2)])
    world.map(IPv4Address.routesMap).set(
      RouteKey(host: IPv4Address(127, 0, 0, 1)), Route<IPv4Address>(flags: [.host, .local]))
    let context = SimulatedSocketAddress(proto: 6, port: BigEndian16(30_080), cookie: 1, namespaceCookie: 4711)
    context.address4 = IPv4Address(127, 0, 0, 1)
    _ = world.kernel.run(context) { connect4($0) }
    #expect(context.address4 == IPv4Address(127, 0, 0, 1))
  }

  @Test("a connection to a service that nobody knows is dropped", arguments: FamilyName.allCases)
  func midFlow(_ family: FamilyName) throws {
    let world = World(family)
    world.service(backends: [.pod(2)], localCount: 1)
    _ = world.fromFabric(world.frame(from: .outside(1), to: .service(10), .ack))
    #expect(world.drops(.noFlow, interface: World.fabric) == 1)
  }
}
