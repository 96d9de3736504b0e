import DataplaneABI
import KernelRuntime
import Testing

/// The kernel takes packets that came out of a tunnel over a virtual cable for ones that still have it.
@Suite("What is answered to packets that are marked as having a tunnel")
struct MarkedPacketTests {
  /// A connection to a backend on node 2 that is gone by now; node 1 knows only of another there.
  private func sceneWithoutBackend(_ family: FamilyName, isVirtual: Bool = true) throws -> ClusterScene {
    let scene = try ClusterScene(family)
    scene.cluster.hasVirtualCables = isVirtual
    for (node, other) in [(UInt8(1), UInt8(2)), (2, 1)] {
      scene.node(node).route(
        .node(other), flags: [.host], interface: World.fabric, nextHop: .node(other), mtu: 15_000)
    }
    scene.service(there: [.pod(3, node: 2), .pod(4, node: 2)])
    scene.node(2).kernel.nextRandom = { 1 }
    scene.node(2).route(.pod(4, node: 2), flags: [.workload, .local, .inPool], interface: 14, mac: MACAddress(2, 0, 4))
    let there = try scene.cluster.send(scene.request(.syn), from: .outside(1))
    #expect(there.end == .pod(4, node: 2))
    _ = try scene.cluster.send(scene.answer(there, .synAck), from: .pod(4, node: 2))
    _ = try scene.cluster.send(scene.request(.ack), from: .outside(1))
    scene.node(2).service(nil, port: ClusterScene.port, backends: [.pod(3, node: 2)], localCount: 1)
    #expect(scene.node(2).sweep().told == 1)
    return scene
  }

  @Test(
    "a RST goes back through the tunnel, whatever its packet's length",
    arguments: FamilyName.allCases, [0, 12, 1400, 4095, 8900, 12_200])
  func reset(_ family: FamilyName, _ length: Int) throws {
    for isVirtual in [false, true] {
      let scene = try sceneWithoutBackend(family, isVirtual: isVirtual)
      var request = scene.request(.ack, payload: [UInt8](repeating: 7, count: length))
      (request.sequence, request.acknowledgement) = (77, 0x0102_0304)
      let back = try scene.cluster.send(request, from: .outside(1))
      #expect(back.end == .outside(1))
      #expect(Set(back.stops.map(\.node)) == [1, 2])
      let seen = Dissection(back.bytes)
      #expect(Place(seen.source) == .node(1) && Place(seen.destination) == .outside(1))
      #expect(seen.checksumsHold)
      var reset = scene.request(.tcp(flags: TCPFlags.rst))
      (reset.sequence, reset.acknowledgement, reset.payload) = (0x0102_0304, 0, [])
      (reset.sourcePort, reset.destinationPort) = (ClusterScene.port, 40_000)
      #expect(back.bytes.count == 14 + family.headerLength + 20)
      // Up to its flags: window and checksum are another's matter.
      #expect(back.bytes.suffix(20).prefix(14) == reset.bytes.suffix(20).prefix(14))
    }
  }

  @Test("a buffer of several packets gets none: its sender tries with one", arguments: FamilyName.allCases)
  func segmented(_ family: FamilyName) throws {
    let scene = try sceneWithoutBackend(family)
    let relayed = scene.node(1).fromFabric(scene.request(.ack, payload: [UInt8](repeating: 7, count: 2800)))
    for (isMarked, verdict) in [(false, Verdict.redirect), (true, .drop)] {
      let outcome = scene.node(2).send(bytes: relayed.bytes, .hostIngress, interface: World.fabric) {
        $0.segmentSize = 1400
        $0.isEncapsulated = isMarked
      }
      #expect(outcome.verdict == verdict)
    }
    #expect(scene.node(2).drops(.backendGone, interface: World.fabric) == 2)
  }

  @Test(
    "what a pod has put into a tunnel of its own is answered, too: shorter or longer", arguments: FamilyName.allCases)
  func pods(_ family: FamilyName) throws {
    let world = World(family)
    for (id, proto) in [(UInt32(5), IPProtocolNumber.tcp), (6, IPProtocolNumber.udp), (7, IPProtocolNumber.sctp)] {
      world.service(proto: proto, id: id, backends: [])
    }
    let requests: [(Frame.Transport, [UInt8])] = [
      (.syn, []), (.syn, [1, 2, 3]), (.udp, []), (.udp, [UInt8](repeating: 3, count: 5000)),
    ]
    for (transport, payload) in requests {
      var frame = world.frame(from: .pod(1), to: .service(10), transport)
      frame.payload = payload
      func answer(isMarked: Bool) -> World.Outcome {
        world.send(frame, .workloadIngress, interface: 11) { $0.isEncapsulated = isMarked }
      }
      let (plain, marked) = (answer(isMarked: false), answer(isMarked: true))
      #expect(plain.redirect == .peer(of: 11) && marked.redirect == .peer(of: 11))
      #expect(marked.bytes == plain.bytes, "\(transport), \(payload.count) bytes")
      #expect(marked.frame.checksumsHold)
    }
  }
}
