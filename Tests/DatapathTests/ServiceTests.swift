import DataplaneABI
import KernelRuntime
import Testing

@Suite("Services")
struct ServiceTests {
  @Test(
    "a connection to a service reaches a backend, and its answers bear the service's address",
    arguments: FamilyName.allCases)
  func thereAndBack(_ family: FamilyName) {
    let world = World(family)
    world.service(backends: [.pod(2)])
    let syn = world.frame(from: .pod(1), to: .service(10))
    let there = world.fromPod(1, syn)
    #expect(there.redirect == .peer(of: 12))
    #expect(there.frame.destination == Place.pod(2).octets(family))
    #expect(there.frame.destinationPort == 8080)
    #expect(there.frame.source == Place.pod(1).octets(family))
    #expect(there.frame.checksumsHold)

    let back = world.fromPod(2, world.frame(from: .pod(2), 8080, to: .pod(1), 40_000, .synAck))
    #expect(back.redirect == .peer(of: 11))
    #expect(back.frame.source == Place.service(10).octets(family))
    #expect(back.frame.sourcePort == 80)
    #expect(back.frame.checksumsHold)

    #expect(world.entry(syn)?.kind == .opener)
    #expect(world.entry(world.frame(from: .pod(1), to: .pod(2), 8080, .ack))?.kind == .answers)
    #expect(world.flowCount == 2)
    #expect(world.events(.serviceFlow, interface: 11) == 1)
    #expect(world.events(.newFlow, interface: 11) == 1)
  }

  @Test("both directions of an established service flow do one conntrack look-up", arguments: FamilyName.allCases)
  func establishedPath(_ family: FamilyName) {
    let world = World(family)
    world.service(backends: [.pod(2)])
    let ack = world.frame(from: .pod(1), to: .service(10), .ack)
    let answer = world.frame(from: .pod(2), 8080, to: .pod(1), 40_000, .ack)
    world.fromPod(1, world.frame(from: .pod(1), to: .service(10)))
    world.fromPod(2, world.frame(from: .pod(2), 8080, to: .pod(1), 40_000, .synAck))
    // The first acknowledgement pays for having the connection kept.
    world.fromPod(1, ack)
    let conntrack = KernelCall.lookup(family == .v4 ? MapName.conntrack4 : MapName.conntrack6)
    let arrays = [KernelCall.lookup(MapName.scratch), .lookup(MapName.node)]
    for outcome in [world.fromPod(1, ack), world.fromPod(2, answer)] {
      let calls = outcome.calls.filter { !arrays.contains($0) }
      #expect(calls == [.now, conntrack, .checksum, .checksum, .redirect])
    }
  }

  @Test("a backend on another node is reached through that node", arguments: FamilyName.allCases)
  func remoteBackend(_ family: FamilyName) {
    let world = World(family)
    world.service(backends: [.pod(9, node: 2)])
    let there = world.fromPod(1, world.frame(from: .pod(1), to: .service(10)))
    guard case .neighbour(_, over: World.fabric) = there.redirect else {
      Issue.record("not sent to the node")
      return
    }
    #expect(there.frame.destination == Place.pod(9, node: 2).octets(family))
    let back = world.fromFabric(world.frame(from: .pod(9, node: 2), 8080, to: .pod(1), 40_000, .synAck))
    #expect(back.redirect == .peer(of: 11))
    #expect(back.frame.source == Place.service(10).octets(family))
    #expect(back.frame.checksumsHold)
  }

  @Test("a backend on the host itself answers through the host stack", arguments: FamilyName.allCases)
  func hostBackend(_ family: FamilyName) {
    let world = World(family)
    world.service(backends: [.node(1)])
    let there = world.fromPod(1, world.frame(from: .pod(1), to: .service(10)))
    #expect(there.verdict == .next)
    #expect(there.frame.destination == Place.node(1).octets(family))
    #expect(there.frame.hopLimit == 64)
    #expect(there.frame.checksumsHold)
    let back = world.toPod(1, world.frame(from: .node(1), 8080, to: .pod(1), 40_000, .synAck))
    #expect(back.verdict == .next)
    #expect(back.frame.source == Place.service(10).octets(family))
    #expect(back.frame.sourcePort == 80)
    #expect(back.frame.checksumsHold)
  }

  @Test("connections spread over all backends", arguments: FamilyName.allCases)
  func spread(_ family: FamilyName) {
    let world = World(family)
    world.service(backends: [.pod(2), .pod(3), .pod(9, node: 2)])
    var reached: [[UInt8]: Int] = [:]
    for port: UInt16 in 1000..<1030 {
      reached[world.fromPod(1, world.frame(from: .pod(1), port, to: .service(10))).frame.destination, default: 0] += 1
    }
    #expect(reached.count == 3)
    #expect(reached.values.allSatisfy { $0 == 10 })
  }

  @Test("internalTrafficPolicy Local chooses among the backends of this node", arguments: FamilyName.allCases)
  func internalLocal(_ family: FamilyName) {
    let world = World(family)
    world.service(backends: [.pod(2), .pod(9, node: 2)], localCount: 1, flags: .internalLocal)
    for port: UInt16 in 1000..<1010 {
      let outcome = world.fromPod(1, world.frame(from: .pod(1), port, to: .service(10)))
      #expect(outcome.frame.destination == Place.pod(2).octets(family))
    }
    world.service(.service(11), id: 6, backends: [.pod(9, node: 2)], localCount: 0, flags: .internalLocal)
    #expect(world.fromPod(1, world.frame(from: .pod(1), to: .service(11))).redirect == .peer(of: 11))
    #expect(world.drops(.noBackend, interface: 11) == 1)
  }

  @Test("a service without backends refuses TCP with a RST that takes the SYN back", arguments: FamilyName.allCases)
  func refusesTCP(_ family: FamilyName) {
    let world = World(family)
    world.service(backends: [])
    var syn = world.frame(from: .pod(1), to: .service(10), .syn)
    syn.sequence = 0x0102_03ff
    let answer = world.fromPod(1, syn)
    var reset = world.frame(from: .service(10), 80, to: .pod(1), 40_000, .tcp(flags: TCPFlags.rst | TCPFlags.ack))
    (reset.sequence, reset.acknowledgement, reset.payload) = (0, 0x0102_0400, [])
    #expect(answer.redirect == .peer(of: 11))
    #expect(answer.frame.checksumsHold)
    #expect(answer.bytes.suffix(20).prefix(14) == reset.bytes.suffix(20).prefix(14))
    #expect(answer.frame.source == Place.service(10).octets(family))
    #expect(world.drops(.noBackend, interface: 11) == 1)
    #expect(world.flowCount == 0)
  }

  @Test("a service without backends refuses UDP with an ICMP error that quotes it", arguments: FamilyName.allCases)
  func refusesUDP(_ family: FamilyName) {
    let world = World(family)
    world.service(proto: IPProtocolNumber.udp, backends: [])
    for length in [0, 1, 40, 1400] {
      var question = world.frame(from: .pod(1), to: .service(10), .udp)
      question.payload = (0..<length).map { UInt8(truncatingIfNeeded: $0) }
      let answer = world.fromPod(1, question)
      #expect(answer.redirect == .peer(of: 11))
      #expect(answer.frame.checksumsHold)
      #expect(answer.frame.source == Place.service(10).octets(family))
      #expect(answer.frame.destination == Place.pod(1).octets(family))
      #expect(answer.frame.ethernetDestination == [2, 0, 0, 0, 0, 1])
      let message = answer.bytes.dropFirst(14 + family.headerLength)
      #expect(Array(message.prefix(2)) == (family == .v4 ? [3, 3] : [1, 4]))
      #expect(Array(message.dropFirst(8)) == Array(question.bytes.dropFirst(14).prefix(family.headerLength + 8)))
    }
    #expect(world.drops(.noBackend, interface: 11) == 4)
    #expect(world.flowCount == 0)
  }

  @Test("what went to a group of hosts is not answered", arguments: FamilyName.allCases)
  func refusesNoGroup(_ family: FamilyName) {
    let world = World(family)
    world.service(backends: [])
    var bytes = world.frame(from: .pod(1), to: .service(10)).bytes
    for (first, verdict) in [(UInt8(0xff), Verdict.drop), (0x33, .drop), (0xee, .redirect)] {
      bytes[0] = first
      #expect(world.fromPod(1, bytes: bytes).verdict == verdict)
    }
    #expect(world.drops(.noBackend, interface: 11) == 3)
  }

  @Test("ICMP errors are made 1,000 times a second", arguments: FamilyName.allCases)
  func errorsAreLimited(_ family: FamilyName) {
    let world = World(family)
    world.service(proto: IPProtocolNumber.udp, backends: [])
    let question = world.frame(from: .pod(1), to: .service(10), .udp)
    let answered = (0..<1010).count { _ in world.fromPod(1, question).verdict == .redirect }
    #expect(answered == 1000)
    #expect(world.drops(.noBackend, interface: 11) == 1010)
    world.kernel.now += 1 << 30
    #expect(world.fromPod(1, question).verdict == .redirect)
  }

  @Test("a service whose backend is missing drops and says so", arguments: FamilyName.allCases)
  func backendMissing(_ family: FamilyName) {
    let world = World(family)
    world.service(backends: [.pod(2)])
    world.removeBackends()
    #expect(world.fromPod(1, world.frame(from: .pod(1), to: .service(10))).verdict == .drop)
    #expect(world.drops(.backendMissing, interface: 11) == 1)
    #expect(world.flowCount == 0)
  }

  @Test("another port or protocol of the address is not the service", arguments: FamilyName.allCases)
  func otherPort(_ family: FamilyName) {
    let world = World(family)
    world.service(backends: [.pod(2)])
    for frame in [
      world.frame(from: .pod(1), to: .service(10), 81), world.frame(from: .pod(1), to: .service(10), 80, .udp),
    ] {
      let outcome = world.fromPod(1, frame)
      #expect(outcome.verdict == .next)
      #expect(outcome.frame.destination == Place.service(10).octets(family))
    }
  }

  @Test("TCP in mid-flow to a service has lost its backend and is dropped", arguments: FamilyName.allCases)
  func midFlow(_ family: FamilyName) {
    let world = World(family)
    world.service(backends: [.pod(2)])
    #expect(world.fromPod(1, world.frame(from: .pod(1), to: .service(10), .ack)).verdict == .drop)
    #expect(world.drops(.noFlow, interface: 11) == 1)
  }

  @Test("a pod reaches itself through a service, as if its node had called", arguments: FamilyName.allCases)
  func hairpin(_ family: FamilyName) {
    let world = World(family)
    world.service(backends: [.pod(1)])
    let there = world.fromPod(1, world.frame(from: .pod(1), to: .service(10)))
    #expect(there.redirect == .peer(of: 11))
    #expect(there.frame.source == Place.node(1).octets(family))
    #expect((20_000..<30_000).contains(there.frame.sourcePort))
    #expect(there.frame.destination == Place.pod(1).octets(family))
    #expect(there.frame.destinationPort == 8080)
    #expect(there.frame.checksumsHold)

    let back = world.fromPod(
      1, world.frame(from: .pod(1), 8080, to: .node(1), there.frame.sourcePort, .synAck))
    #expect(back.redirect == .peer(of: 11))
    #expect(back.frame.source == Place.service(10).octets(family))
    #expect(back.frame.sourcePort == 80)
    #expect(back.frame.destination == Place.pod(1).octets(family))
    #expect(back.frame.destinationPort == 40_000)
    #expect(back.frame.checksumsHold)
    #expect(world.flowCount == 2)
  }

  @Test("a backend whose pod is not there yet is no way to send", arguments: FamilyName.allCases)
  func noRoute(_ family: FamilyName) {
    let world = World(family)
    world.route(.pod(4), flags: [.workload, .local])
    world.service(backends: [.pod(4)])
    #expect(world.fromPod(1, world.frame(from: .pod(1), to: .service(10))).verdict == .drop)
    #expect(world.fromPod(1, world.frame(from: .pod(1), to: .pod(4))).verdict == .drop)
    #expect(world.drops(.noRoute, interface: 11) == 2)
    #expect(world.flowCount == 0)
  }

  @Test(
    "a packet to a service at its last hop goes to the stack as its backend would see it: that is what the stack quotes",
    arguments: FamilyName.allCases)
  func lastHop(_ family: FamilyName) {
    let world = World(family)
    world.service(backends: [.pod(2)])
    let outcome = world.fromPod(1, world.frame(from: .pod(1), to: .service(10), hopLimit: 1))
    #expect(outcome.verdict == .next)
    #expect(outcome.frame.destination == Place.pod(2).octets(family))
    #expect(outcome.frame.hopLimit == 1)
    #expect(world.events(.lastHop, interface: 11) == 1)
  }

  @Test(
    "an answer of a service at its last hop goes to the stack as it came, and no further",
    arguments: FamilyName.allCases)
  func answerAtLastHop(_ family: FamilyName) {
    let world = World(family)
    world.service(backends: [.pod(2)])
    world.fromPod(1, world.frame(from: .pod(1), to: .service(10)))
    var answer = world.frame(from: .pod(2), 8080, to: .pod(1), 40_000, .synAck)
    answer.hopLimit = 1
    let outcome = world.fromPod(2, answer)
    #expect(outcome.verdict == .next)
    #expect(outcome.frame.source == Place.pod(2).octets(family))
    // Should the stack pass it on after all, it does not reach the client with the wrong source.
    #expect(world.toPod(1, answer, mark: outcome.mark).verdict == .drop)
    #expect(world.drops(.untranslated, interface: 11, egress: true) == 1)
  }
}
