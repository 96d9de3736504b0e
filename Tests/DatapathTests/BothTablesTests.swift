import DataplaneABI
import KernelRuntime
import Testing

@testable import DatapathPrograms

@Suite("While the conntrack tables are resized, flows are in either of two")
struct BothTablesTests {
  private let udp = IPProtocolNumber.udp

  /// A flow of pod 1 to pod 2, or to the service whose backend that is, which both sides have acknowledged. `there` and `back` are
  /// its next packets.
  private func open(
    _ family: FamilyName, _ transport: Frame.Transport, service: Bool
  ) -> (world: World, there: Frame, back: Frame) {
    let world = World(family)
    for proto in [udp, IPProtocolNumber.tcp] where service { world.service(proto: proto, backends: [.pod(2)]) }
    let there = world.frame(from: .pod(1), 40_000, to: service ? .service(10) : .pod(2), service ? 80 : 8080, transport)
    let back = world.frame(from: .pod(2), 8080, to: .pod(1), 40_000, transport)
    var (first, answer) = (there, back)
    if case .tcp = transport { (first.transport, answer.transport) = (.syn, .synAck) }
    world.fromPod(1, first)
    world.fromPod(2, answer)
    world.fromPod(1, there)
    world.resize()
    return (world, there, back)
  }

  private static let transports: [Frame.Transport] = [.ack, .udp]

  @Test(
    "a flow in the other table goes on in both directions, as it is and where it is", arguments: FamilyName.allCases,
    [false, true])
  func goesOn(_ family: FamilyName, _ service: Bool) {
    for transport in Self.transports {
      let (world, there, back) = open(family, transport, service: service)
      let opened = world.events(.newFlow, interface: 11)
      let present = world.others.flows
      #expect(present == (service ? 2 : 1))
      // Its backend is known from the entry alone.
      if service { world.removeService(proto: there.proto) }
      let answer = world.fromPod(2, back)
      #expect(answer.redirect == .peer(of: 11))
      #expect(answer.frame.source == (service ? Place.service(10) : .pod(2)).octets(family))
      let request = world.fromPod(1, there)
      #expect(request.redirect == .peer(of: 12))
      #expect(request.frame.destination == Place.pod(2).octets(family))
      #expect(world.flowCount == 0)
      #expect(world.others.flows == present)
      #expect(world.events(.newFlow, interface: 11) == opened)
      #expect(world.events(.midFlow, interface: 11) == 0)
    }
  }

  @Test("programs that know one table only never look into another", arguments: FamilyName.allCases)
  func oneTable(_ family: FamilyName) {
    let (world, there, _) = open(family, .ack, service: true)
    world.kernel.isResizing = false
    for frame in [there, world.frame(from: .pod(1), 40_001, to: .service(10), 80, .syn)] {
      let calls = world.fromPod(1, frame).calls.compactMap { call in
        switch call {
        case .lookup(let name), .update(let name), .delete(let name): name
        default: nil
        }
      }
      #expect(Set(calls).isDisjoint(with: world.otherNames))
    }
  }

  @Test("a flow in the first table costs what it always does", arguments: FamilyName.allCases)
  func established(_ family: FamilyName) {
    let (world, there, _) = open(family, .ack, service: false)
    world.turnTables()
    let calls = world.fromPod(1, there).calls
    world.kernel.isResizing = false
    #expect(world.fromPod(1, there).calls == calls)
  }

  @Test("a connection that is over is replaced, and none of it is left in either table", arguments: FamilyName.allCases)
  func reopened(_ family: FamilyName) {
    var (world, there, _) = open(family, .ack, service: true)
    #expect(world.others.kept == 2)
    there.transport = .rst
    world.fromPod(1, there)
    there.transport = .syn
    world.fromPod(1, there)
    #expect(world.flowCount == 2)
    #expect(world.entry(there)?.there.packets == 1)
    #expect(world.others == World.Others(flows: 0, kept: 0))
  }

  @Test("a SYN of a connection that is alive opens none", arguments: FamilyName.allCases)
  func synAgain(_ family: FamilyName) {
    var (world, there, _) = open(family, .ack, service: true)
    there.transport = .syn
    world.fromPod(1, there)
    #expect(world.flowCount == 0)
    #expect(world.others.flows == 2)
  }

  @Test("whoever may not send from an address does not end its flow in the other table", arguments: FamilyName.allCases)
  func spoofed(_ family: FamilyName) {
    var (world, there, _) = open(family, .ack, service: false)
    there.transport = .rst
    world.fromPod(1, there)
    there.transport = .syn
    #expect(world.fromPod(3, there).verdict == .drop)
    #expect(world.others.flows == 1)
  }

  @Test("what a flow in the other table is answered under stays its own", arguments: FamilyName.allCases)
  func collision(_ family: FamilyName) {
    for transport in Self.transports {
      let (world, there, back) = open(family, transport, service: false)
      var other = there
      world.service(proto: there.proto, backends: [.pod(2)])
      (other.destination, other.destinationPort) = (.service(10), 80)
      if case .tcp = transport { other.transport = .syn }
      let opened = world.fromPod(1, other)
      #expect(world.events(.portCollision, interface: 11) == 1)
      #expect(opened.frame.sourcePort != 40_000)
      #expect(world.fromPod(2, back).frame.source == Place.pod(2).octets(family))
      #expect(world.others.flows == 1)
      #expect(world.flowCount == 2)
    }
  }

  @Test("a port that a flow in the other table has is not free", arguments: FamilyName.allCases)
  func ports(_ family: FamilyName) {
    let world = World(family)
    world.state.sourcePorts = PortRange(first: 20_000, count: 1)
    world.service(backends: [.pod(1)])
    // A pod that reaches itself: its source is the node's, with the one port there is.
    let first = world.fromPod(1, world.frame(from: .pod(1), 40_000, to: .service(10), 80, .syn))
    #expect(first.frame.sourcePort == 20_000)
    world.resize()
    world.fromPod(1, world.frame(from: .pod(1), 40_001, to: .service(10), 80, .syn))
    #expect(world.drops(.sourcePortsExhausted, interface: 11) == 1)
    #expect(world.flowCount == 0)
  }

  @Test("an ICMP error finds the flow that it is about in the other table", arguments: FamilyName.allCases)
  func error(_ family: FamilyName) {
    let (world, there, _) = open(family, .udp, service: true)
    var quoted = there
    (quoted.destination, quoted.destinationPort) = (.pod(2), 8080)
    var error = world.frame(from: .pod(2), to: .pod(1), .icmp(type: family.unreachable, identifier: 0))
    error.payload = Array(quoted.bytes.dropFirst(14))
    let outcome = world.fromPod(2, error)
    #expect(outcome.redirect == .peer(of: 11))
    #expect(outcome.frame.source == Place.service(10).octets(family))
    #expect(world.events(.relatedError, interface: 12) == 1)
  }

  @Test("a connection that both tables gave up comes back from either kept one", arguments: FamilyName.allCases)
  func recalled(_ family: FamilyName) {
    let (world, there, back) = open(family, .ack, service: true)
    world.map(world.otherNames[0]).removeAll()
    #expect(world.others.kept == 2)
    #expect(world.fromPod(2, back).frame.source == Place.service(10).octets(family))
    #expect(world.fromPod(1, there).frame.destination == Place.pod(2).octets(family))
    #expect(world.flowCount == 2)
  }

  @Test(
    "a sweep ends flows in either table, and no half of one because the other is elsewhere",
    arguments: FamilyName.allCases)
  func sweep(_ family: FamilyName) {
    var (world, there, back) = open(family, .ack, service: true)
    world.turnTables()
    // The half that decides stays where sweeps look.
    world.otherHalf(back)
    world.kernel.now += 100 * 1_000_000_000
    for _ in 0..<8 { #expect(world.sweep().ends.isEmpty) }
    there.transport = .rst
    world.fromPod(1, there)
    world.kernel.now += 41 * 1_000_000_000
    #expect(world.sweep().ends[.resetSeen] == 2)
    #expect(world.flowCount == 0)
    #expect(world.others.flows == 0)
  }

  // MARK: Moving

  @Test(
    "what is in the other tables moves to the first ones, and only what was silent so long",
    arguments: FamilyName.allCases)
  func moves(_ family: FamilyName) {
    let (world, there, back) = open(family, .ack, service: true)
    let before = world.move(silentSince: world.kernel.now - 1)
    // Kept ones move at once: nothing is given up for them.
    #expect(before == MoveTally(silentSince: world.kernel.now - 1, quota: 98, moved: 2))
    let after = world.move(silentSince: .max)
    #expect(after.moved == 2)
    #expect(world.others == World.Others(flows: 0, kept: 0))
    world.kernel.isResizing = false
    world.removeService()
    #expect(world.fromPod(2, back).frame.source == Place.service(10).octets(family))
    #expect(world.fromPod(1, there).frame.destination == Place.pod(2).octets(family))
  }

  @Test("what has an entry in the first table is not moved over it", arguments: FamilyName.allCases)
  func newer(_ family: FamilyName) throws {
    let (world, there, _) = open(family, .udp, service: false)
    // As if two CPUs had made an entry each, in the moment between two versions of the programs.
    world.kernel.isResizing = false
    world.kernel.now += 5
    world.fromPod(1, there)
    world.kernel.isResizing = true
    #expect(world.move(silentSince: .max).moved == 0)
    #expect(world.others.flows == 0)
    #expect(world.entry(there)?.there.packets == 1)
  }

  @Test("a run ends with its quota, and the next goes on", arguments: FamilyName.allCases)
  func quota(_ family: FamilyName) {
    let world = World(family)
    for port: UInt16 in 0..<5 { world.fromPod(1, world.frame(from: .pod(1), 30_000 + port, to: .pod(2), 53, .udp)) }
    world.resize()
    #expect(world.move(silentSince: .max, quota: 3) == MoveTally(silentSince: .max, quota: 0, moved: 3))
    #expect(world.move(silentSince: .max, quota: 3) == MoveTally(silentSince: .max, quota: 1, moved: 2))
  }

  @Test("what the first table does not take stays where it is, and is counted", arguments: FamilyName.allCases)
  func refused(_ family: FamilyName) {
    let (world, there, _) = open(family, .udp, service: true)
    world.map(world.firstNames[0]).refusesNewElements = true
    #expect(world.move(silentSince: .max) == MoveTally(silentSince: .max, quota: 98, refused: 2))
    #expect(world.fromPod(1, there).frame.destination == Place.pod(2).octets(family))
  }

  @Test("a table that is too small keeps what was seen last", arguments: FamilyName.allCases)
  func shrinks(_ family: FamilyName) {
    let world = World(family)
    let frames = (0..<6).map { world.frame(from: .pod(1), 30_000 + UInt16($0), to: .pod(2), 53, .udp) }
    for frame in frames { world.fromPod(1, frame) }
    world.kernel.now += 20 * 1_000_000_000
    for frame in frames.prefix(2) { world.fromPod(1, frame) }
    world.resize()
    world.map(world.firstNames[0]).capacity = 2
    _ = world.move(silentSince: world.kernel.now - 10 * 1_000_000_000)
    _ = world.move(silentSince: .max)
    #expect(world.flowCount == 2)
    #expect(frames.prefix(2).allSatisfy { world.entry($0) != nil })
  }
}

extension World {
  /// What the other tables hold.
  struct Others: Equatable {
    var flows: Int
    var kept: Int
  }

  var firstNames: [String] {
    family == .v4 ? [MapName.conntrack4, MapName.established4] : [MapName.conntrack6, MapName.established6]
  }
  var otherNames: [String] {
    family == .v4
      ? [MapName.otherConntrack4, MapName.otherEstablished4] : [MapName.otherConntrack6, MapName.otherEstablished6]
  }

  var others: Others { Others(flows: map(otherNames[0]).count, kept: map(otherNames[1]).count) }

  /// Has all flows in the other tables, and programs that know both.
  func resize() {
    for name in otherNames { map(name).capacity = Int(MapCapacity.conntrack) }
    turnTables()
    kernel.isResizing = true
  }

  /// Exchanges the first and the other tables.
  func turnTables() {
    for (first, other) in zip(firstNames, otherNames) {
      let (a, b) = (map(first).bytes, map(other).bytes)
      map(first).removeAll()
      map(other).removeAll()
      for (key, value) in a { map(other).set(bytes: key, value) }
      for (key, value) in b { map(first).set(bytes: key, value) }
    }
  }

  /// Takes the entry that a frame belongs to from the first table to the other.
  func otherHalf(_ frame: Frame) {
    func exchange<Address: TestAddress>(_: Address.Type) {
      let key = ConntrackKey(
        proto: frame.proto, source: Address(frame.source), sourcePort: BigEndian16(frame.sourcePort),
        destination: Address(frame.destination), destinationPort: BigEndian16(frame.destinationPort))
      guard let value = map(firstNames[0]).get(key, as: ConntrackValue<Address>.self) else { return }
      map(firstNames[0]).remove(key)
      map(otherNames[0]).set(key, value)
    }
    family == .v4 ? exchange(IPv4Address.self) : exchange(IPv6Address.self)
  }

  func move(silentSince: UInt64, quota: UInt64 = 100) -> MoveTally {
    map(MapName.move).set(UInt32(0), MoveTally(silentSince: silentSince, quota: quota))
    var context: UInt32 = 0
    _ = kernel.run { withUnsafeMutablePointer(to: &context) { conntrack_move(UnsafeMutableRawPointer($0)) } }
    return map(MapName.move).get(UInt32(0), as: MoveTally.self) ?? MoveTally(silentSince: 0, quota: 0)
  }
}
