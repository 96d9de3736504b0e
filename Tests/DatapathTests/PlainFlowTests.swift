import DataplaneABI
import KernelRuntime
import Testing

@Suite("Plain flows")
struct PlainFlowTests {
  @Test("a pod's SYN to another pod of the node goes straight into it", arguments: FamilyName.allCases)
  func podToPod(_ family: FamilyName) {
    let world = World(family)
    let syn = world.frame(from: .pod(1), to: .pod(2))
    let outcome = world.fromPod(1, syn)
    #expect(outcome.verdict == .redirect)
    #expect(outcome.redirect == .peer(of: 12))
    #expect(outcome.frame.hopLimit == 63)
    #expect(outcome.frame.checksumsHold)
    #expect(outcome.frame.ethernetDestination == [2, 0, 0, 0, 0, 2])
    #expect(outcome.frame.ethernetSource == [UInt8](repeating: 0xee, count: 6))
    #expect(world.events(.newFlow, interface: 11) == 1)

    let entry = world.entry(syn)
    #expect(entry?.kind == TranslationKind.none)
    #expect(entry?.there.flags == [.opener, .approved, .synSeen])
    #expect(entry?.there.packets == 1)
    #expect(entry?.there.bytes == UInt64(syn.bytes.count))
    #expect(entry?.there.arrivalInterface == 11)
    #expect(entry?.back.arrivalInterface == 12)
  }

  @Test("the answer uses the same entry, from the other side", arguments: FamilyName.allCases)
  func answer(_ family: FamilyName) {
    let world = World(family)
    let syn = world.frame(from: .pod(1), to: .pod(2))
    world.fromPod(1, syn)
    let outcome = world.fromPod(2, world.frame(from: .pod(2), 80, to: .pod(1), 40_000, .synAck))
    #expect(outcome.redirect == .peer(of: 11))
    #expect(world.flowCount == 1)
    #expect(world.entry(syn)?.back.flags == [.approved, .synSeen, .ackSeen])
    #expect(world.entry(syn)?.back.packets == 1)
  }

  @Test("a pod's packet to a pod of another node leaves to that node", arguments: FamilyName.allCases)
  func podToRemotePod(_ family: FamilyName) {
    let world = World(family)
    let outcome = world.fromPod(1, world.frame(from: .pod(1), to: .pod(9, node: 2)))
    #expect(outcome.verdict == .redirect)
    let hop = Place.node(2).octets(family)
    guard case .neighbour(let neighbour, over: World.fabric) = outcome.redirect else {
      Issue.record("not sent to a neighbour: \(String(describing: outcome.redirect))")
      return
    }
    #expect(neighbour.family == (family == .v4 ? 2 : 10))
    let octets = withUnsafeBytes(of: neighbour.nextHop) { Array($0.prefix(hop.count)) }
    #expect(octets == hop)
    #expect(outcome.frame.hopLimit == 63)
  }

  @Test("what no route covers, and the node itself, is the host stack's", arguments: FamilyName.allCases)
  func toStack(_ family: FamilyName) {
    let world = World(family)
    for destination in [Place.outside(1), .node(1)] {
      let outcome = world.fromPod(1, world.frame(from: .pod(1), to: destination))
      #expect(outcome.verdict == .next)
      #expect(outcome.frame.hopLimit == 64)
      #expect(outcome.mark == 0x0100_0000)
    }
  }

  @Test(
    "an established packet does one conntrack look-up, no other search and no tail call", arguments: FamilyName.allCases
  )
  func establishedPath(_ family: FamilyName) {
    let world = World(family)
    world.fromPod(1, world.frame(from: .pod(1), to: .pod(2)))
    let outcome = world.fromPod(1, world.frame(from: .pod(1), to: .pod(2), .ack))
    let conntrack = family == .v4 ? MapName.conntrack4 : MapName.conntrack6
    // Arrays are not searched: the verifier turns their look-ups into an addition.
    let arrays = [KernelCall.lookup(MapName.scratch), .lookup(MapName.node)]
    #expect(outcome.calls.filter { !arrays.contains($0) } == [.now, .lookup(conntrack), .redirect])
    #expect(!outcome.calls.contains(.tailCall))
  }

  @Test("UDP, ICMP echo and protocols without ports are flows too", arguments: FamilyName.allCases)
  func otherProtocols(_ family: FamilyName) {
    let world = World(family)
    let transports: [Frame.Transport] = [.udp, .icmp(type: family.echoRequest, identifier: 77), .other(47)]
    for transport in transports {
      let frame = world.frame(from: .pod(1), to: .pod(2), transport)
      #expect(world.fromPod(1, frame).redirect == .peer(of: 12))
      #expect(world.entry(frame)?.there.packets == 1)
    }
    #expect(world.flowCount == 3)
  }

  @Test("a ping's answer belongs to the ping", arguments: FamilyName.allCases)
  func echoReply(_ family: FamilyName) {
    let world = World(family)
    let request = world.frame(from: .pod(1), to: .pod(2), .icmp(type: family.echoRequest, identifier: 77))
    world.fromPod(1, request)
    world.fromPod(2, world.frame(from: .pod(2), to: .pod(1), .icmp(type: family.echoReply, identifier: 77)))
    #expect(world.flowCount == 1)
    #expect(world.entry(request)?.back.packets == 1)
  }

  @Test("at its last hop a packet is left to the stack, which can answer", arguments: FamilyName.allCases)
  func lastHop(_ family: FamilyName) {
    let world = World(family)
    let outcome = world.fromPod(1, world.frame(from: .pod(1), to: .pod(2), hopLimit: 1))
    #expect(outcome.verdict == .next)
    #expect(outcome.frame.hopLimit == 1)
  }

  @Test(
    "a TCP packet in mid-flow that nobody knows is left to the stack and not tracked", arguments: FamilyName.allCases)
  func midFlow(_ family: FamilyName) {
    let world = World(family)
    for transport in [Frame.Transport.ack, .synAck, .rst, .fin] {
      #expect(world.fromPod(1, world.frame(from: .pod(1), to: .pod(2), transport)).verdict == .next)
      #expect(world.fromFabric(world.frame(from: .pod(9, node: 2), to: .pod(2), transport)).verdict == .next)
      #expect(world.toPod(2, world.frame(from: .node(1), to: .pod(2), transport)).verdict == .next)
    }
    #expect(world.flowCount == 0)
    #expect(world.events(.midFlow, interface: 11) == 4)
    #expect(world.events(.midFlow, interface: World.fabric) == 4)
    #expect(world.events(.midFlow, interface: 12, egress: true) == 4)
  }

  @Test("a packet whose headers are still in pages is pulled in and handled the same", arguments: FamilyName.allCases)
  func paged(_ family: FamilyName) {
    for linear in [14, 14 + family.headerLength, 14 + family.headerLength + 10] {
      let world = World(family)
      let packet = SimulatedPacket(
        world.frame(from: .pod(1), to: .pod(2)).bytes, interfaceIndex: 11, linearLength: linear)
      #expect(world.run(packet, .workloadIngress) == .redirect)
      #expect(Dissection(packet.bytes).checksumsHold)
    }
  }

  @Test("a packet that stands for more than 64 KiB says it has no length", arguments: FamilyName.allCases)
  func bigTCP(_ family: FamilyName) {
    let world = World(family)
    var bytes = world.frame(from: .pod(1), to: .pod(2)).bytes
    let lengthOffset = family == .v4 ? 16 : 18
    bytes[lengthOffset] = 0
    bytes[lengthOffset + 1] = 0
    let big = SimulatedPacket(bytes, interfaceIndex: 11)
    big.segmentSize = 1400
    #expect(world.run(big, .workloadIngress) == .redirect)
    #expect(world.run(SimulatedPacket(bytes, interfaceIndex: 11), .workloadIngress) == .drop)
  }
}
