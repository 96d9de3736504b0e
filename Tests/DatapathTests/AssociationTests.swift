import DataplaneABI
import KernelRuntime
import Testing

@Suite("Associations of SCTP")
struct AssociationTests {
  private static let sctp = IPProtocolNumber.sctp
  private static let second: UInt64 = 1_000_000_000

  private func world(_ family: FamilyName, backends: [Place] = [.pod(2)]) -> World {
    let world = World(family)
    world.service(proto: Self.sctp, backends: backends)
    return world
  }

  private func client(_ world: World, _ transport: Frame.Transport) -> World.Outcome {
    world.fromPod(1, world.frame(from: .pod(1), to: .service(10), transport))
  }

  private func server(_ world: World, _ transport: Frame.Transport) -> World.Outcome {
    world.fromPod(2, world.frame(from: .pod(2), 8080, to: .pod(1), 40_000, transport))
  }

  private func open(_ world: World) {
    _ = client(world, .initiation)
    _ = server(world, .initiationAck)
    _ = client(world, .cookieEcho)
    _ = server(world, .cookieAck)
  }

  /// How a sweep ends the flow just before, and just after so many seconds of silence.
  private func expectEnd(_ world: World, _ end: FlowEnd, after seconds: UInt64) {
    world.kernel.now += seconds * Self.second - 1
    #expect(world.sweep().ends.isEmpty)
    world.kernel.now += 2
    #expect(world.sweep().ends == [end: 2])
  }

  @Test("the host's own, too, get to a backend on another node, and its answers back", arguments: FamilyName.allCases)
  func fromHost(_ family: FamilyName) {
    let world = world(family, backends: [.pod(7, node: 2)])
    let there = world.fromHost(world.frame(from: .node(1), to: .service(10), .initiation))
    #expect(there.verdict != .drop)
    #expect(there.frame.destination == Place.pod(7, node: 2).octets(family))
    #expect(there.frame.destinationPort == 8080)
    #expect(there.frame.checksumsHold)
    let back = world.fromFabric(world.frame(from: .pod(7, node: 2), 8080, to: .node(1), 40_000, .initiationAck))
    #expect(back.frame.source == Place.service(10).octets(family))
    #expect(back.frame.sourcePort == 80)
    #expect(back.frame.checksumsHold)
  }

  @Test("one that nobody answers is over after 20 s", arguments: FamilyName.allCases)
  func unanswered(_ family: FamilyName) {
    let world = world(family)
    _ = client(world, .initiation)
    expectEnd(world, .unanswered, after: 20)
  }

  @Test("one that was answered but not gone on with is over after 20 s, too", arguments: FamilyName.allCases)
  func unconfirmed(_ family: FamilyName) {
    let world = world(family)
    _ = client(world, .initiation)
    _ = server(world, .initiationAck)
    expectEnd(world, .unanswered, after: 20)
  }

  @Test("one that is open, and silent, after 10 minutes", arguments: FamilyName.allCases)
  func silent(_ family: FamilyName) {
    let world = world(family)
    open(world)
    expectEnd(world, .genericSilent, after: 600)
  }

  @Test("one that either side ends, after 40 s", arguments: FamilyName.allCases)
  func ended(_ family: FamilyName) {
    for (byClient, type) in [(true, UInt8(6)), (false, 6), (true, 14), (false, 14)] {
      let world = world(family)
      open(world)
      let last = Frame.Transport.chunk(type, byClient: byClient)
      _ = byClient ? client(world, last) : server(world, last)
      expectEnd(world, .resetSeen, after: 40)
    }
  }

  @Test("a server that knows nothing of it ends it with the client's own tag", arguments: FamilyName.allCases)
  func reflected(_ family: FamilyName) {
    let world = world(family)
    open(world)
    _ = server(world, .chunk(6, flags: 1, byClient: true))
    expectEnd(world, .resetSeen, after: 40)
  }

  @Test("a server that refuses it ends it with the tag that the client named", arguments: FamilyName.allCases)
  func refused(_ family: FamilyName) {
    let world = world(family)
    _ = client(world, .initiation)
    _ = server(world, .chunk(6, byClient: false))
    expectEnd(world, .resetSeen, after: 40)
  }

  @Test("nobody ends it with another tag", arguments: FamilyName.allCases)
  func forged(_ family: FamilyName) {
    let world = world(family)
    open(world)
    for tag: UInt32 in [0, 1, Chunk.clientTag &+ 1] {
      _ = server(world, .sctp(tag: tag, chunk: Chunk.make(6)))
      _ = client(world, .sctp(tag: tag, chunk: Chunk.make(6)))
    }
    // The right ones, each by who must not say it.
    _ = server(world, .chunk(6, byClient: true))
    _ = client(world, .chunk(6, byClient: false))
    #expect(world.events(.doubtfulReset, interface: World.interface(of: 1)) == 4)
    #expect(world.events(.doubtfulReset, interface: World.interface(of: 2)) == 4)
    expectEnd(world, .genericSilent, after: 600)
  }

  @Test("after its end the next begins at once, with another backend", arguments: FamilyName.allCases)
  func again(_ family: FamilyName) {
    let world = world(family)
    open(world)
    world.service(proto: Self.sctp, backends: [.pod(3)], others: [.pod(2): .serving])
    // Not while it goes on.
    #expect(client(world, .chunk(0, byClient: true)).frame.destination == Place.pod(2).octets(family))
    _ = client(world, .chunk(6, byClient: true))
    #expect(client(world, .initiation).frame.destination == Place.pod(3).octets(family))
  }

  @Test("one that was silent for a minute stays with a backend that drains", arguments: FamilyName.allCases)
  func drains(_ family: FamilyName) {
    let world = world(family)
    open(world)
    world.service(proto: Self.sctp, backends: [.pod(3)], others: [.pod(2): .serving])
    world.kernel.now += 100 * Self.second
    #expect(world.sweep().ends.isEmpty)
    #expect(client(world, .chunk(0, byClient: true)).frame.destination == Place.pod(2).octets(family))
  }

  @Test("it stays with one that is not ready, and goes on when its service is gone", arguments: FamilyName.allCases)
  func stays(_ family: FamilyName) {
    let world = world(family)
    open(world)
    world.service(proto: Self.sctp, backends: [.pod(3)], others: [.pod(2): []])
    #expect(world.sweep().ends.isEmpty)
    world.removeService(proto: Self.sctp)
    #expect(world.sweep().ends.isEmpty)
  }

  @Test("when its backend is gone its client is told: by another, or here", arguments: FamilyName.allCases)
  func backendGone(_ family: FamilyName) {
    let world = world(family)
    open(world)
    world.service(proto: Self.sctp, backends: [.pod(3)])
    #expect(world.sweep().ends == [.backendGone: 2])
    #expect(client(world, .chunk(0, byClient: true)).frame.destination == Place.pod(3).octets(family))
    world.service(proto: Self.sctp, backends: [])
    #expect(world.sweep().ends == [.backendGone: 2])
    let abort = client(world, .chunk(0, byClient: true))
    #expect(abort.verdict == .redirect)
    #expect(abort.frame.destination == Place.pod(1).octets(family))
    #expect(abort.frame.checksumsHold)
    #expect(abort.bytes.suffix(4) == [6, 1, 0, 4])
  }

  @Test("a checksum that is left to the device stays 0", arguments: FamilyName.allCases)
  func partial(_ family: FamilyName) {
    for state in [ChecksumState.partial, .none] {
      let world = world(family)
      var bytes = world.frame(from: .pod(1), to: .service(10), .initiation).bytes
      let field = 14 + family.headerLength + 8
      bytes.replaceSubrange(field..<field + 4, with: [0, 0, 0, 0])
      let packet = SimulatedPacket(bytes, interfaceIndex: 11)
      packet.checksumState = state
      #expect(world.run(packet, .workloadIngress) == .redirect)
      #expect(Dissection(packet.bytes).destinationPort == 8080)
      // Of one that is nobody's to make any more, 0 is a number like others.
      #expect((Array(packet.bytes[field..<field + 4]) == [0, 0, 0, 0]) == (state == .partial))
    }
  }

  /// Of 4,000 bytes in packets that fit (GSO_BY_FRAGS).
  private func sendSegmented(_ frame: Frame, _ world: World, interface: UInt32) -> World.Outcome {
    var frame = frame
    frame.payload = [UInt8](repeating: 7, count: 4000)
    return world.send(frame, .workloadIngress, interface: interface) {
      $0.segmentSize = 0xffff
      $0.segmentsAreTCP = false
    }
  }

  @Test(
    "a buffer that stands for several packets goes on whole, answers of services too", arguments: FamilyName.allCases)
  func segmented(_ family: FamilyName) throws {
    let scene = try ClusterScene(family)
    scene.service(here: [.pod(2)])
    let there = try scene.cluster.send(scene.request(.initiation, from: .pod(1)), from: .pod(1))
    #expect(there.end == .pod(2))
    let request = scene.request(.chunk(0, byClient: true), from: .pod(1))
    let sent = sendSegmented(request, scene.node(1), interface: World.interface(of: 1))
    #expect(sent.redirect == .peer(of: World.interface(of: 2)))
    #expect(sent.frame.checksumsHold)
    let answer = scene.answer(there, .chunk(0, byClient: false))
    let back = sendSegmented(answer, scene.node(1), interface: World.interface(of: 2))
    #expect(back.redirect == .peer(of: World.interface(of: 1)))
    #expect(back.frame.sourcePort == ClusterScene.port)
    #expect(back.frame.checksumsHold)
  }

  @Test("but through no tunnel: its sender is told that it is too long", arguments: FamilyName.allCases)
  func segmentedThroughTunnel(_ family: FamilyName) throws {
    let scene = try ClusterScene(family)
    scene.service(there: [.pod(3, node: 2)])
    let there = try scene.cluster.send(scene.request(.initiation), from: .outside(1))
    #expect(there.end == .pod(3, node: 2))
    let node = scene.node(2)
    let answer = scene.answer(there, .chunk(0, byClient: false))
    let interface = World.interface(of: 3)
    let outcome = sendSegmented(answer, node, interface: interface)
    #expect(outcome.verdict == .redirect)
    #expect(outcome.frame.destination == Place.pod(3, node: 2).octets(family))
    #expect(node.drops(.tooLongForTunnel, interface: interface) == 1)
  }
}
