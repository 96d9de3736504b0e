import DataplaneABI
import KernelRuntime
import Testing

@Suite("What the host sends")
struct FromHostTests {
  @Test(
    "to a service: out to the backend's node, and the answer comes from the service", arguments: FamilyName.allCases)
  func remoteBackend(_ family: FamilyName) {
    let world = World(family)
    world.service(backends: [.pod(9, node: 2)])
    let there = world.fromHost(world.frame(from: .node(1), to: .service(10)))
    guard case .neighbour(_, over: World.fabric) = there.redirect else {
      Issue.record("not sent to the node")
      return
    }
    #expect(there.frame.destination == Place.pod(9, node: 2).octets(family))
    #expect(there.frame.destinationPort == 8080)
    #expect(there.frame.hopLimit == 64)
    #expect(there.frame.checksumsHold)
    let back = world.fromFabric(world.frame(from: .pod(9, node: 2), 8080, to: .node(1), 40_000, .synAck))
    #expect(back.verdict == .next)
    #expect(back.frame.source == Place.service(10).octets(family))
    #expect(back.frame.sourcePort == 80)
    #expect(back.frame.checksumsHold)
    #expect(world.events(.serviceFlow, interface: World.fabric, egress: true) == 1)
  }

  @Test("to a service: into a pod of this node, past its own program, and back", arguments: FamilyName.allCases)
  func localBackend(_ family: FamilyName) {
    let world = World(family)
    world.service(backends: [.pod(2)])
    let there = world.fromHost(world.frame(from: .node(1), to: .service(10)))
    #expect(there.redirect == .out(of: 12))
    #expect(there.frame.ethernetDestination == [2, 0, 0, 0, 0, 2])
    #expect(there.frame.destination == Place.pod(2).octets(family))
    var again = world.frame(from: .node(1), to: .pod(2), .syn)
    again.destinationPort = 8080
    #expect(world.toPod(2, again, mark: there.mark).verdict == .next)
    let back = world.fromPod(2, world.frame(from: .pod(2), 8080, to: .node(1), 40_000, .synAck))
    #expect(back.verdict == .next)
    #expect(back.frame.source == Place.service(10).octets(family))
    #expect(back.frame.checksumsHold)
    #expect(world.flowCount == 2)
  }

  @Test("to a service: back to the host itself, by loopback both ways", arguments: FamilyName.allCases)
  func hostBackend(_ family: FamilyName) {
    let world = World(family)
    world.service(backends: [.node(1)])
    let there = world.fromHost(world.frame(from: .node(1), to: .service(10)))
    #expect(there.redirect == .into(1))
    #expect(there.frame.destination == Place.node(1).octets(family))
    #expect(there.frame.ethernetDestination == [0, 0, 0, 0, 0, 0])
    let back = world.fromHost(world.frame(from: .node(1), 8080, to: .node(1), 40_000, .synAck), interface: 1)
    #expect(back.verdict == .next)
    #expect(back.frame.source == Place.service(10).octets(family))
    #expect(back.frame.sourcePort == 80)
    #expect(back.frame.checksumsHold)
  }

  @Test("to anybody else: untouched, and no flow is kept", arguments: FamilyName.allCases)
  func others(_ family: FamilyName) {
    let world = World(family)
    world.service(backends: [.pod(2)])
    for frame in [
      world.frame(from: .node(1), to: .node(2), .syn), world.frame(from: .node(1), to: .outside(1), .udp),
      world.frame(from: .node(1), to: .service(10), .ack),
      world.frame(from: .node(1), 40_000, to: .service(10), 81, .syn),
    ] {
      let outcome = world.fromHost(frame)
      #expect(outcome.verdict == .next)
      #expect(outcome.frame == Dissection(frame.bytes))
    }
    #expect(world.flowCount == 0)
  }

  @Test(
    "what another program of ours has handled passes; what it left only to be quoted does not",
    arguments: FamilyName.allCases)
  func marks(_ family: FamilyName) {
    let world = World(family)
    world.service(backends: [.pod(2)])
    let frame = world.frame(from: .node(1), to: .service(10), .syn)
    #expect(world.fromHost(frame, mark: 0x0100_0000).verdict == .next)
    #expect(world.fromHost(frame, mark: 0x0300_0000).verdict == .drop)
    #expect(world.drops(.untranslated, interface: World.fabric, egress: true) == 1)
    #expect(world.flowCount == 0)
  }

  @Test("to a service without backends: refused, back into the interface", arguments: FamilyName.allCases)
  func noBackend(_ family: FamilyName) {
    let world = World(family)
    world.service(backends: [])
    let answer = world.fromHost(world.frame(from: .node(1), to: .service(10), .syn))
    #expect(answer.redirect == .into(World.fabric))
    #expect(answer.frame.source == Place.service(10).octets(family))
    #expect(answer.frame.destination == Place.node(1).octets(family))
    #expect(answer.frame.checksumsHold)
    #expect(world.drops(.noBackend, interface: World.fabric, egress: true) == 1)
  }

  @Test("what the host only passes on is not balanced, in whoever's name it came", arguments: FamilyName.allCases)
  func passedOn(_ family: FamilyName) {
    let world = World(family)
    world.service(backends: [.pod(2)])
    for source in [Place.outside(9), .pod(1)] {
      let outcome = world.send(
        world.frame(from: source, to: .service(10), .syn), .hostEgress, interface: World.fabric
      ) { $0.arrivalInterface = World.fabric }
      #expect(outcome.verdict == .next)
      #expect(outcome.frame.destination == Place.service(10).octets(family))
    }
    #expect(world.flowCount == 0)
  }
}
