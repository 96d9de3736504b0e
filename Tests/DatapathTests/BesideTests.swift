import DataplaneABI
import KernelRuntime
import Testing

@Suite("A client calls a backend directly from the port of its flow through the service")
struct BesideTests {
  private let second: UInt64 = 1_000_000_000

  /// Pod 1 has a flow through service 10 to pod 2, from port 40,000.
  private func world(_ family: FamilyName, _ transport: Frame.Transport = .syn) -> World {
    let world = World(family)
    world.service(proto: world.frame(from: .pod(1), to: .pod(2), transport).proto, backends: [.pod(2)])
    if case .tcp = transport {
      world.openServiceFlow()
    } else {
      world.fromPod(1, world.frame(from: .pod(1), to: .service(10), transport))
      world.fromPod(2, world.frame(from: .pod(2), 8080, to: .pod(1), 40_000, transport))
    }
    return world
  }

  private func direct(_ world: World, _ transport: Frame.Transport) -> Frame {
    world.frame(from: .pod(1), 40_000, to: .pod(2), 8080, transport)
  }

  /// Both flows go on: each answer finds its own.
  private func expectBoth(_ world: World, port: UInt16, _ transport: Frame.Transport) {
    let there = world.fromPod(1, direct(world, transport))
    #expect(there.redirect == .peer(of: 12))
    #expect(there.frame.sourcePort == port)
    #expect(there.frame.source == Place.pod(1).octets(world.family))
    #expect(there.frame.checksumsHold)
    let back = world.fromPod(2, world.frame(from: .pod(2), 8080, to: .pod(1), port, transport))
    #expect(back.redirect == .peer(of: 11))
    #expect(back.frame.source == Place.pod(2).octets(world.family))
    #expect(back.frame.sourcePort == 8080)
    #expect(back.frame.destinationPort == 40_000)
    #expect(back.frame.checksumsHold)
    let service = world.fromPod(1, world.frame(from: .pod(1), to: .service(10), transport))
    #expect(service.frame.destination == Place.pod(2).octets(world.family))
    #expect(service.frame.sourcePort == 40_000)
    let answer = world.fromPod(2, world.frame(from: .pod(2), 8080, to: .pod(1), 40_000, transport))
    #expect(answer.frame.source == Place.service(10).octets(world.family))
    #expect(answer.frame.sourcePort == 80)
  }

  @Test("it gets another port, and both connections go on", arguments: FamilyName.allCases)
  func tcp(_ family: FamilyName) {
    let world = world(family)
    let syn = world.fromPod(1, direct(world, .syn))
    #expect(syn.redirect == .peer(of: 12))
    let port = syn.frame.sourcePort
    #expect((20_000..<30_000).contains(port))
    #expect(world.fromPod(1, direct(world, .syn)).frame.sourcePort == port)
    world.fromPod(2, world.frame(from: .pod(2), 8080, to: .pod(1), port, .synAck))
    for _ in 0..<3 { expectBoth(world, port: port, .ack) }
    #expect(world.flowCount == 4)
    #expect(world.events(.portCollision, interface: 11) == 1)
    #expect(world.drops(.natCollision, interface: 11) == 0)
  }

  @Test("so it does over UDP", arguments: FamilyName.allCases)
  func udp(_ family: FamilyName) {
    let world = world(family, .udp)
    let port = world.fromPod(1, direct(world, .udp)).frame.sourcePort
    #expect((20_000..<30_000).contains(port))
    for _ in 0..<3 { expectBoth(world, port: port, .udp) }
    #expect(world.flowCount == 4)
  }

  @Test(
    "so it does for a client of another node, whose flow came through a node's port", arguments: FamilyName.allCases)
  func fromFabric(_ family: FamilyName) {
    let world = World(family)
    world.service(.node(1), port: 30_080, backends: [.pod(2)], localCount: 1)
    world.fromFabric(world.frame(from: .outside(9), 40_000, to: .node(1), 30_080, .syn))
    world.fromPod(2, world.frame(from: .pod(2), 8080, to: .outside(9), 40_000, .synAck))
    let syn = world.frame(from: .outside(9), 40_000, to: .pod(2), 8080, .syn)
    let there = world.fromFabric(syn)
    #expect(there.redirect == .peer(of: 12))
    #expect(there.frame.sourcePort != 40_000)
    #expect(there.frame.checksumsHold)
    let back = world.fromPod(2, world.frame(from: .pod(2), 8080, to: .outside(9), there.frame.sourcePort, .synAck))
    #expect(back.frame.source == Place.pod(2).octets(family))
    #expect(back.frame.destinationPort == 40_000)
    var ack = syn
    ack.transport = .ack
    #expect(world.fromFabric(ack).frame.sourcePort == there.frame.sourcePort)
  }

  @Test("the host's own connection to a pod of another node does too", arguments: FamilyName.allCases)
  func fromHost(_ family: FamilyName) {
    let world = World(family)
    world.service(backends: [.pod(7, node: 2)])
    world.fromHost(world.frame(from: .node(1), to: .service(10), .syn))
    let syn = world.frame(from: .node(1), 40_000, to: .pod(7, node: 2), 8080, .syn)
    let there = world.fromHost(syn)
    #expect(there.verdict != .drop)
    #expect(there.frame.sourcePort != 40_000)
    let back = world.fromFabric(
      world.frame(from: .pod(7, node: 2), 8080, to: .node(1), there.frame.sourcePort, .synAck))
    #expect(back.frame.source == Place.pod(7, node: 2).octets(family))
    #expect(back.frame.destinationPort == 40_000)
  }

  @Test("the host's own connection to a pod of this node is dropped by name", arguments: FamilyName.allCases)
  func toPod(_ family: FamilyName) {
    let world = World(family)
    world.service(backends: [.pod(2)])
    world.fromHost(world.frame(from: .node(1), to: .service(10), .syn))
    #expect(world.toPod(2, world.frame(from: .node(1), 40_000, to: .pod(2), 8080, .syn)).verdict == .drop)
    #expect(world.drops(.natCollision, interface: 12, egress: true) == 1)
  }

  @Test(
    "what comes from outside to the host itself is dropped by name: its answers would be the other flow's",
    arguments: FamilyName.allCases, [Frame.Transport.syn, .udp])
  func hostBackend(_ family: FamilyName, _ transport: Frame.Transport) {
    let world = World(family)
    let ask = world.frame(from: .outside(9), 40_000, to: .node(1), 30_080, transport)
    world.service(.node(1), port: 30_080, proto: ask.proto, backends: [.node(1)], localCount: 1)
    world.fromFabric(ask)
    let direct = world.frame(from: .outside(9), 40_000, to: .node(1), 8080, transport)
    for _ in 0..<2 { #expect(world.fromFabric(direct).verdict == .drop) }
    #expect(world.drops(.natCollision, interface: World.fabric) == 2)
    // The flow through the service goes on.
    let answer = world.fromHost(world.frame(from: .node(1), 8080, to: .outside(9), 40_000, transport))
    #expect(answer.frame.sourcePort == 30_080)
  }

  @Test("so it outlives that of a client outside", arguments: FamilyName.allCases)
  func outlivesOutside(_ family: FamilyName) {
    let world = World(family)
    world.service(.node(1), port: 30_080, backends: [.pod(2)], localCount: 1)
    var ask = world.frame(from: .outside(9), 40_000, to: .node(1), 30_080, .syn)
    world.fromFabric(ask)
    var direct = world.frame(from: .outside(9), 40_000, to: .pod(2), 8080, .syn)
    let port = world.fromFabric(direct).frame.sourcePort
    world.fromPod(2, world.frame(from: .pod(2), 8080, to: .outside(9), port, .synAck))
    direct.transport = .ack
    world.fromFabric(direct)
    ask.transport = .rst
    world.fromFabric(ask)
    world.kernel.now += 41 * second
    #expect(world.sweep().ends == [.resetSeen: 2])
    #expect(world.fromFabric(direct).frame.sourcePort == port)
  }

  @Test("once the flow through the service is over its tuple is free", arguments: FamilyName.allCases)
  func over(_ family: FamilyName) {
    let world = world(family)
    world.fromPod(2, world.frame(from: .pod(2), 8080, to: .pod(1), 40_000, .rst))
    let syn = world.fromPod(1, direct(world, .syn))
    #expect(syn.redirect == .peer(of: 12))
    #expect(syn.frame.sourcePort == 40_000)
    #expect(world.events(.portCollision, interface: 11) == 0)
  }

  @Test("it outlives the flow through the service", arguments: FamilyName.allCases)
  func outlives(_ family: FamilyName) {
    let world = world(family)
    let port = world.fromPod(1, direct(world, .syn)).frame.sourcePort
    world.fromPod(2, world.frame(from: .pod(2), 8080, to: .pod(1), port, .synAck))
    world.fromPod(1, direct(world, .ack))
    world.fromPod(1, world.frame(from: .pod(1), to: .service(10), .rst))
    world.kernel.now += 41 * second
    #expect(world.sweep().ends == [.resetSeen: 2])
    for _ in 0..<2 {
      let there = world.fromPod(1, direct(world, .ack))
      #expect(there.redirect == .peer(of: 12))
      #expect(there.frame.sourcePort == port)
    }
    // The next flow through the service may get the old port again.
    world.openServiceFlow()
    #expect(world.fromPod(1, direct(world, .ack)).verdict == .drop)
    #expect(world.drops(.natCollision, interface: 11) == 1)
    for _ in 0..<2 { expectBoth(world, port: port, .ack) }
  }

  @Test("it is kept when the table is full, and ends like any other", arguments: FamilyName.allCases)
  func keptAndOver(_ family: FamilyName) {
    let world = world(family)
    let port = world.fromPod(1, direct(world, .syn)).frame.sourcePort
    let back = world.frame(from: .pod(2), 8080, to: .pod(1), port, .synAck)
    world.fromPod(2, back)
    world.fromPod(1, direct(world, .ack))
    world.evict(back)
    #expect(world.fromPod(2, world.frame(from: .pod(2), 8080, to: .pod(1), port, .ack)).frame.destinationPort == 40_000)
    #expect(world.events(.recalled, interface: 12) == 1)
    world.fromPod(1, direct(world, .fin))
    world.fromPod(2, world.frame(from: .pod(2), 8080, to: .pod(1), port, .fin))
    world.kernel.now += 301 * second
    #expect(world.sweep().ends == [.finsSeen: 2])
    #expect(world.flowCount == 2)
  }

  @Test("nobody else may step aside in the client's name", arguments: FamilyName.allCases)
  func spoofed(_ family: FamilyName) {
    let world = world(family)
    #expect(world.fromPod(3, direct(world, .syn)).verdict == .drop)
    #expect(world.drops(.sourceNotAllowed, interface: 13) == 1)
    #expect(world.flowCount == 2)
    #expect(world.fromPod(1, direct(world, .ack)).verdict == .drop)
    #expect(world.drops(.natCollision, interface: 11) == 1)
  }
}
