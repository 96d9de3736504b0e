import DataplaneABI
import KernelRuntime
import Testing

@Suite("Connections outlast a full conntrack table")
struct KeepTests {
  private let second: UInt64 = 1_000_000_000

  private func established(_ world: World) -> MapStorage {
    world.map(world.family == .v4 ? MapName.established4 : MapName.established6)
  }

  /// A connection of pod 1 to pod 2, or to the service whose backend that is; `there` and `back` are its next packets.
  private func connect(_ family: FamilyName, service: Bool) -> (world: World, there: Frame, back: Frame) {
    let world = World(family)
    if service { world.service(backends: [.pod(2)]) }
    let there = world.frame(from: .pod(1), 40_000, to: service ? .service(10) : .pod(2), service ? 80 : 8080, .ack)
    let back = world.frame(from: .pod(2), 8080, to: .pod(1), 40_000, .ack)
    var (syn, synAck) = (there, back)
    (syn.transport, synAck.transport) = (.syn, .synAck)
    world.fromPod(1, syn)
    world.fromPod(2, synAck)
    world.fromPod(1, there)
    return (world, there, back)
  }

  @Test(
    "what the table gave up comes back with the next packet, translation and all",
    arguments: FamilyName.allCases, [false, true])
  func comesBack(_ family: FamilyName, _ service: Bool) {
    let (world, there, back) = connect(family, service: service)
    for frame in [there, back] { world.evict(frame) }
    #expect(world.flowCount == 0)
    let answer = world.fromPod(2, back)
    #expect(answer.verdict == .redirect)
    #expect(answer.frame.source == (service ? Place.service(10) : .pod(2)).octets(family))
    let request = world.fromPod(1, there)
    #expect(request.verdict == .redirect)
    #expect(request.frame.destination == Place.pod(2).octets(family))
    #expect(world.flowCount == (service ? 2 : 1))
    let recalled = world.events(.recalled, interface: 11) + world.events(.recalled, interface: 12)
    #expect(recalled == (service ? 2 : 1))
    #expect(world.events(.midFlow, interface: 11) == 0)
  }

  @Test(
    "a connection that the table gave up keeps its place: another with its backend gets another port",
    arguments: FamilyName.allCases)
  func keepsItsPlace(_ family: FamilyName) {
    let (world, there, back) = connect(family, service: true)
    world.service(.service(11), id: 6, backends: [.pod(2)])
    for frame in [there, back] { world.evict(frame) }
    let other = world.fromPod(1, world.frame(from: .pod(1), 40_000, to: .service(11), 80, .syn))
    #expect(other.verdict == .redirect)
    #expect(other.frame.sourcePort != 40_000)
    #expect(world.events(.portCollision, interface: 11) == 1)
    #expect(world.fromPod(1, there).frame.sourcePort == 40_000)
    #expect(world.fromPod(2, back).frame.source == Place.service(10).octets(family))
  }

  @Test("an answer in another's name tells nobody which number to acknowledge", arguments: FamilyName.allCases)
  func forgedAnswer(_ family: FamilyName) {
    let world = World(family)
    world.fromFabric(world.frame(from: .outside(9), 40_000, to: .pod(1), 8080, .syn))
    var answer = world.frame(from: .pod(1), 8080, to: .outside(9), 40_000, .synAck)
    answer.sequence = 1_000_000
    world.fromPod(1, answer)
    answer.sequence = 77
    #expect(world.fromFabric(answer).verdict == .drop)
    #expect(world.fromPod(2, answer).verdict == .drop)
    var ack = world.frame(from: .outside(9), 40_000, to: .pod(1), 8080, .ack)
    ack.acknowledgement = 78
    world.fromFabric(ack)
    #expect(established(world).count == 0)
    ack.acknowledgement = 1_000_001
    world.fromFabric(ack)
    #expect(established(world).count == 1)
  }

  @Test(
    "only who received the answer to its SYN has its connection kept", arguments: FamilyName.allCases, [false, true])
  func confirmed(_ family: FamilyName, _ service: Bool) {
    let world = World(family)
    if service { world.service(backends: [.pod(2)]) }
    var syn = world.frame(from: .pod(1), 40_000, to: service ? .service(10) : .pod(2), service ? 80 : 8080, .syn)
    world.fromPod(1, syn)
    var synAck = world.frame(from: .pod(2), 8080, to: .pod(1), 40_000, .synAck)
    synAck.sequence = 1_000_000
    world.fromPod(2, synAck)
    #expect(established(world).count == 0)
    syn.transport = .ack
    for acknowledgement: UInt32 in [2, 1_000_000, 1_065_537] {
      syn.acknowledgement = acknowledgement
      world.fromPod(1, syn)
      #expect(established(world).count == 0, "\(acknowledgement)")
      #expect(world.entry(syn)?.there.flags.contains(.ackSeen) == false, "\(acknowledgement)")
    }
    syn.acknowledgement = 1_000_001
    world.fromPod(1, syn)
    #expect(established(world).count == (service ? 2 : 1))
    #expect(world.entry(syn)?.there.flags.contains(.ackSeen) == true)
  }

  @Test("UDP is not kept", arguments: FamilyName.allCases)
  func udp(_ family: FamilyName) {
    let world = World(family)
    for _ in 0..<2 {
      world.fromPod(1, world.frame(from: .pod(1), to: .pod(2), .udp))
      world.fromPod(2, world.frame(from: .pod(2), 80, to: .pod(1), 40_000, .udp))
    }
    #expect(established(world).count == 0)
  }

  @Test("what ended is kept no longer", arguments: FamilyName.allCases, [false, true])
  func ended(_ family: FamilyName, _ service: Bool) {
    var (world, there, _) = connect(family, service: service)
    there.transport = .rst
    world.fromPod(1, there)
    world.kernel.now += 41 * second
    #expect(world.sweep().ends == [.resetSeen: service ? 2 : 1])
    #expect(established(world).count == 0)

    (world, there, _) = connect(family, service: service)
    there.transport = .rst
    world.fromPod(1, there)
    there.transport = .syn
    world.fromPod(1, there)
    #expect(established(world).count == 0)
    #expect(world.entry(there)?.there.packets == 1)
  }

  @Test(
    "what closed before the table gave it up is not kept for an hour", arguments: FamilyName.allCases, [false, true])
  func closedAndGivenUp(_ family: FamilyName, _ service: Bool) {
    var (world, there, back) = connect(family, service: service)
    (there.transport, back.transport) = (.fin, .fin)
    world.fromPod(1, there)
    world.fromPod(2, back)
    for frame in [there, back] { world.evict(frame) }
    world.kernel.now += 25 * second
    for _ in 0..<8 { #expect(world.sweep().ends.isEmpty) }
    // A last packet may still be on its way.
    there.transport = .ack
    #expect(world.fromPod(1, there).verdict == .redirect)
    world.evict(there)
    world.kernel.now += 31 * second
    for _ in 0..<8 { _ = world.sweep() }
    #expect(established(world).count == 0)
  }

  @Test("a kept connection lives as long as its packets say, and an hour beyond", arguments: FamilyName.allCases)
  func follows(_ family: FamilyName) {
    let (world, there, _) = connect(family, service: true)
    world.kernel.now += 3000 * second
    world.fromPod(1, there)
    for _ in 0..<8 { #expect(world.sweep().ends.isEmpty) }
    world.evict(there)
    world.evict(world.frame(from: .pod(2), 8080, to: .pod(1), 40_000, .ack))
    world.kernel.now += 3600 * second
    for _ in 0..<8 { _ = world.sweep() }
    #expect(world.fromPod(1, there).verdict == .redirect)
    world.evict(there)
    world.kernel.now += 3601 * second
    for _ in 0..<8 { _ = world.sweep() }
    #expect(established(world).count == 0)
  }

  @Test("half a connection that the table gave up is no reason to end the other half", arguments: FamilyName.allCases)
  func half(_ family: FamilyName) {
    let (world, there, back) = connect(family, service: true)
    world.evict(back)
    world.kernel.now += 100 * second
    for _ in 0..<8 { #expect(world.sweep().ends.isEmpty) }
    #expect(world.fromPod(2, back).frame.source == Place.service(10).octets(family))
    #expect(world.fromPod(1, there).frame.destination == Place.pod(2).octets(family))
  }

  @Test("no room to keep it is counted, and the connection goes on", arguments: FamilyName.allCases)
  func noRoom(_ family: FamilyName) {
    let world = World(family)
    established(world).refusesNewElements = true
    world.service(backends: [.pod(2)])
    world.openServiceFlow()
    #expect(world.events(.notKept, interface: 11) == 2)
    let ack = world.fromPod(1, world.frame(from: .pod(1), to: .service(10), .ack))
    #expect(ack.verdict == .redirect)
    #expect(world.events(.notKept, interface: 11) == 2)
  }
}
