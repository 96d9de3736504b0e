import DataplaneABI
import KernelRuntime
import Testing

@Suite("Policies decide about flows")
struct PolicyFlowTests {
  @Test(
    "what is denied leaves no flow behind, by the sender's policy or the receiver's", arguments: FamilyName.allCases)
  func denied(_ family: FamilyName) {
    for isEgress in [true, false] {
      let world = World(family)
      let (one, two) = (world.enforce(at: 1), world.enforce(at: 2))
      (isEgress ? one.egress : two.ingress).allows = { $0.transport.rawValue & 0xffff != 80 }
      for transport in [Frame.Transport.syn, .udp, .ack] {
        #expect(
          world.fromPod(1, world.frame(from: .pod(1), to: .pod(2), transport)).verdict
            == (!isEgress && transport.isMidFlow ? .next : .drop))
      }
      #expect(world.flowCount == 0)
      #expect(world.policyDrops(11) == (isEgress ? 3 : 2))
      #expect(world.fromPod(1, world.frame(from: .pod(1), 40_001, to: .pod(2), 81)).redirect == .peer(of: 12))
      #expect(world.flowCount == 1)
    }
  }

  @Test("a policy that is not there lets nothing through, and says so", arguments: FamilyName.allCases)
  func missing(_ family: FamilyName) {
    for base in [0, 1, PolicySlot.first + 400] as [UInt32] {
      let world = World(family)
      world.setPolicy(base, of: 1)
      let outcomes = [
        world.fromPod(1, world.frame(from: .pod(1), to: .pod(2))),
        world.fromPod(1, world.frame(from: .pod(1), to: .outside(1), .udp)),
        world.fromPod(1, world.frame(from: .pod(1), to: .outside(1), .ack)),
      ]
      #expect(outcomes.map(\.verdict) == [.drop, .drop, .drop])
      #expect(world.drops(.noPolicy, interface: 11) == 3)
      #expect(world.fromFabric(world.frame(from: .pod(9, node: 2), to: .pod(1))).verdict == .drop)
      #expect(world.drops(.noPolicy, interface: World.fabric) == 1)
      #expect(world.passOn(to: 1, world.frame(from: .outside(9), to: .pod(1))).verdict == .drop)
      #expect(world.flowCount == 0)
    }
  }

  @Test(
    "an established flow is asked about again, in either direction, as its opener sees it",
    arguments: FamilyName.allCases, [true, false])
  func again(_ family: FamilyName, throughService: Bool) {
    let world = World(family)
    let (one, two) = (world.enforce(at: 1), world.enforce(at: 2))
    world.service(backends: [.pod(2)])
    let target: Place = throughService ? .service(10) : .pod(2)
    let port: UInt16 = throughService ? 8080 : 80
    let there = { (kind: Frame.Transport) in world.fromPod(1, world.frame(from: .pod(1), to: target, kind)) }
    let back = { (kind: Frame.Transport) in
      world.fromPod(2, world.frame(from: .pod(2), port, to: .pod(1), 40_000, kind))
    }
    _ = there(.syn)
    _ = back(.synAck)
    _ = there(.ack)
    #expect((one.egress.asked.count, two.ingress.asked.count) == (1, 1))
    #expect((one.ingress.asked.count, two.egress.asked.count) == (0, 0))
    let first = one.egress.asked[0]
    world.setGeneration(8)
    #expect(back(.ack).redirect == .peer(of: 11))
    #expect(there(.ack).redirect == .peer(of: 12))
    #expect((one.egress.asked.count, two.ingress.asked.count) == (3, 3))
    #expect((one.ingress.asked.count, two.egress.asked.count) == (0, 0))
    for question in one.egress.asked + two.ingress.asked {
      #expect(question.source == first.source)
      #expect(question.destination == first.destination)
      #expect(question.transport == first.transport)
      #expect(question.transport.rawValue & 0xffff == UInt32(port))
      #expect(question.sourcePort == 40_000)
    }
    // Denied, by either; dropped, counted, and not forgotten.
    for desk in [one.egress, two.ingress] {
      desk.allows = { _ in false }
      world.setGeneration((world.state.routeGeneration) + 1)
      let before = (world.policyDrops(11), world.policyDrops(12))
      #expect(there(.ack).verdict == .drop)
      #expect(back(.ack).verdict == .drop)
      #expect(there(.ack).verdict == .drop)
      #expect((world.policyDrops(11), world.policyDrops(12)) == (before.0 + 2, before.1 + 1))
      desk.allows = { _ in true }
      world.setGeneration((world.state.routeGeneration) + 1)
      #expect(there(.ack).redirect == .peer(of: 12))
      #expect(back(.ack).redirect == .peer(of: 11))
    }
  }

  @Test("a pod reaches itself by a service whatever its policies say", arguments: FamilyName.allCases)
  func hairpin(_ family: FamilyName) {
    let world = World(family)
    let desks = world.enforce(at: 1)
    (desks.ingress.allows, desks.egress.allows) = ({ _ in false }, { _ in false })
    world.service(backends: [.pod(1)])
    for generation: UInt32 in [7, 8] {
      world.setGeneration(generation)
      let kind: Frame.Transport = generation == 7 ? .syn : .ack
      #expect(world.fromPod(1, world.frame(from: .pod(1), to: .service(10), kind)).redirect == .peer(of: 11))
    }
    #expect(desks.ingress.asked.isEmpty && desks.egress.asked.isEmpty)
  }

  @Test("the node reaches its pods; what it passes on is asked", arguments: FamilyName.allCases)
  func host(_ family: FamilyName) {
    let world = World(family)
    let desk = world.enforce(at: 1).ingress
    desk.allows = { _ in false }
    for kind in [Frame.Transport.syn, .ack, .udp] {
      #expect(world.toPod(1, world.frame(from: .node(1), to: .pod(1), kind)).verdict == .next)
      #expect(world.passOn(to: 1, world.frame(from: .outside(1), to: .pod(1), kind)).verdict == .drop)
    }
    #expect(world.policyDrops(11, egress: true) == 3)
    desk.allows = { _ in true }
    let datagram = world.frame(from: .outside(2), to: .pod(1), .udp)
    #expect(world.passOn(to: 1, datagram).verdict == .next)
    // The node's own are not asked again either.
    desk.allows = { _ in false }
    world.setGeneration(10)
    #expect(world.toPod(1, world.frame(from: .node(1), to: .pod(1), .udp)).verdict == .next)
  }

  @Test("an echo's answer is asked about as the echo", arguments: FamilyName.allCases)
  func echo(_ family: FamilyName) {
    let world = World(family)
    let desk = world.enforce(at: 1).egress
    let request = UInt32(family.icmp) << 16 | UInt32(family.echoRequest) << 8
    desk.allows = { $0.transport.rawValue == request }
    let there = world.frame(from: .pod(1), to: .pod(2), .icmp(type: family.echoRequest, identifier: 7))
    let back = world.frame(from: .pod(2), to: .pod(1), .icmp(type: family.echoReply, identifier: 7))
    #expect(world.fromPod(1, there).redirect == .peer(of: 12))
    world.setGeneration(8)
    #expect(world.fromPod(2, back).redirect == .peer(of: 11))
    #expect(world.fromPod(1, there).redirect == .peer(of: 12))
    #expect(desk.asked.map(\.transport.rawValue) == [request, request, request])
    // What nobody asked for is no answer.
    #expect(
      world.fromPod(1, world.frame(from: .pod(1), to: .pod(3), .icmp(type: family.echoReply, identifier: 9))).verdict
        == .drop)
  }

  @Test(
    "an error that quotes no flow, or one that was denied, is asked about as what it is", arguments: FamilyName.allCases
  )
  func errors(_ family: FamilyName) {
    let world = World(family)
    let desk = world.enforce(at: 1).egress
    desk.allows = { _ in false }
    world.fromPod(1, world.frame(from: .pod(1), to: .outside(1)))
    var error = world.frame(from: .pod(1), to: .outside(1), .icmp(type: family.unreachable, identifier: 0))
    error.payload = ClusterScene.quote(world.frame(from: .outside(1), 80, to: .pod(1), 40_000, .synAck))
    #expect(world.fromPod(1, error).verdict == .drop)
    #expect(desk.asked.last?.transport.rawValue == UInt32(family.icmp) << 16 | UInt32(family.unreachable) << 8)
    #expect(world.policyDrops(11) == 2)
  }

  @Test("pieces of a packet that is denied never leave, in whatever order they come", arguments: FamilyName.allCases)
  func fragments(_ family: FamilyName) {
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 0, 0, 2]] {
      let world = World(family)
      world.enforce(at: 1).egress.allows = { _ in false }
      var frame = world.frame(from: .pod(1), to: .pod(2), .udp)
      frame.payload = [UInt8](repeating: 7, count: 1500)
      let pieces = Pieces.of(frame.bytes, family: family, identification: 9)
      for index in order { #expect(world.fromPod(1, bytes: pieces[index]).verdict == .drop) }
      #expect(world.kernel.copies.isEmpty)
      #expect(world.flowCount == 0)
    }
  }

  @Test("a source port that another flow had brings nothing of that one's leave", arguments: FamilyName.allCases)
  func reusedPort(_ family: FamilyName) {
    let world = World(family)
    let desk = world.enforce(at: 1).egress
    world.fromPod(1, world.frame(from: .pod(1), to: .pod(2)))
    world.fromPod(2, world.frame(from: .pod(2), 80, to: .pod(1), 40_000, .rst))
    desk.allows = { _ in false }
    #expect(world.fromPod(1, world.frame(from: .pod(1), to: .pod(2))).verdict == .drop)
    #expect(world.fromPod(1, world.frame(from: .pod(1), to: .pod(3))).verdict == .drop)
  }

  @Test("a call to a backend beside a flow through its service is asked about", arguments: FamilyName.allCases)
  func beside(_ family: FamilyName) {
    let world = World(family)
    let desk = world.enforce(at: 1).egress
    world.service(proto: IPProtocolNumber.udp, backends: [.pod(2)])
    #expect(world.fromPod(1, world.frame(from: .pod(1), to: .service(10), .udp)).redirect == .peer(of: 12))
    desk.allows = { _ in false }
    #expect(world.fromPod(1, world.frame(from: .pod(1), 40_000, to: .pod(2), 8080, .udp)).verdict == .drop)
    #expect(world.policyDrops(11) == 1)
  }

  @Test("at a node's port from outside, the backend's policy sees the backend's port", arguments: FamilyName.allCases)
  func nodePort(_ family: FamilyName) {
    let world = World(family)
    let desk = world.enforce(at: 2).ingress
    world.state.nodePorts = PortRange(first: 30_000, count: 1_000)
    world.service(nil, port: 30_080, proto: IPProtocolNumber.udp, backends: [.pod(2)], localCount: 1)
    desk.allows = { $0.transport.rawValue & 0xffff == 8080 }
    let request = world.frame(from: .outside(1), 40_000, to: .node(1), 30_080, .udp)
    #expect(world.fromFabric(request).redirect == .peer(of: 12))
    #expect(desk.asked.last?.dialledTransport.rawValue ?? 0 & 0xffff == UInt32(17) << 16 | 30_080)
    desk.allows = { _ in false }
    #expect(world.fromFabric(request).redirect == .peer(of: 12))
    world.setGeneration(8)
    #expect(world.fromFabric(request).verdict == .drop)
    #expect(world.policyDrops(World.fabric) == 1)
    #expect(world.fromFabric(world.frame(from: .outside(1), 40_001, to: .node(1), 30_080, .udp)).verdict == .drop)
  }
}

extension Frame.Transport {
  fileprivate var isMidFlow: Bool {
    if case .tcp(let flags) = self { flags & TCPFlags.syn == 0 } else { false }
  }
}
