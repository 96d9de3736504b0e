import DataplaneABI
import EBPF
import Glibc
import Testing

@testable import DatapathPrograms

@Suite("A SYN flood against a full conntrack table", .serialized, .enabled(if: geteuid() == 0))
struct FloodTests {
  /// What was used but once is given up first, so SYNs that come twice do more harm.
  @Test("connections go on, and others open", arguments: FamilyName.allCases, [false, true])
  func flood(_ family: FamilyName, _ repeats: Bool) throws {
    try Flood(family, capacity: 16_384, connections: 200, sources: 60_000, repeats: repeats).run()
  }

  /// `APUS_MEASURE=1 swift test --filter FloodTests` prints the figures of docs/datapath.md.
  @Test("the same with a million sources", .enabled(if: getenv("APUS_MEASURE") != nil), arguments: FamilyName.allCases)
  func million(_ family: FamilyName) throws {
    try Flood(family, capacity: MapCapacity.conntrack, connections: 2000, sources: 1_000_000).run()
  }
}

/// Pod 1 with connections to pod 2, half of them through a service, and an outside that sends SYNs from ever new sources.
private final class Flood {
  private let object: LoadedObject
  private let family: FamilyName
  private let connections: UInt16
  private let sources: UInt32
  /// Whether each SYN comes twice.
  private let repeats: Bool
  private static let redirect: Int32 = 7

  init(_ family: FamilyName, capacity: UInt32, connections: UInt16, sources: UInt32, repeats: Bool = false) throws {
    let spec = try ObjectSpec(parsing: EmbeddedObject.datapath, name: "datapath")
    let tables = [MapName.conntrack4, MapName.conntrack6, MapName.established4, MapName.established6]
    object = try spec.load(
      LoadOptions(adjust: { $0.maxEntries = tables.contains($0.name) ? capacity : min($0.maxEntries, 4096) }))
    (self.family, self.connections, self.sources, self.repeats) = (family, connections, sources, repeats)
    family == .v4 ? try fill(IPv4Address.self) : try fill(IPv6Address.self)
  }

  /// Test runs take place on the loopback interface, so the pods are there.
  private func fill<Address: TestAddress>(_: Address.Type) throws {
    let routes = try object.maps.typed(Address.routesMap, RouteKey<Address>.self, Route<Address>.self)
    for pod: UInt8 in 1...3 {
      try routes.update(RouteKey(host: Address(.pod(pod))), Route(flags: [.workload, .local], interfaceIndex: 1))
    }
    try object.maps.typed(Address.backendsMap, BackendKey.self, Backend<Address>.self).update(
      BackendKey(id: 1, ordinal: 0), Backend(address: Address(.pod(2)), port: BigEndian16(8080)))
    try object.maps.typed(Address.membersMap, MemberKey<Address>.self, MemberFlags.self).update(
      MemberKey(id: 1, address: Address(.pod(2)), port: BigEndian16(8080)), [.takesNew, .serving])
    try object.maps.typed(Address.frontendsMap, FrontendKey<Address>.self, Frontend.self).update(
      FrontendKey(address: Address(.service(10)), port: BigEndian16(80), proto: IPProtocolNumber.tcp),
      Frontend(id: 1, count: 1))
    try object.maps.typed(MapName.node, UInt32.self, NodeState.self).update(0, NodeState(routeGeneration: 1))
  }

  func run() throws {
    for port in 0..<connections { try open(from: .pod(1), port) }
    let before = try present()
    #expect(before == Int(connections))
    try object.countRoom()
    let start = ContinuousClock.now
    try flood(sources / 2)
    // In the midst of it.
    for port in 0..<connections { try open(from: .pod(3), port) }
    try flood(sources - sources / 2)
    let duration = ContinuousClock.now - start
    let left = try present()
    #expect(try !isComplete())
    if repeats { #expect(left < connections) }
    for port in 0..<connections { try goOn(from: .pod(1), port) }
    for port in 0..<connections { try goOn(from: .pod(3), port) }
    if getenv("APUS_MEASURE") != nil {
      print(
        "| \(family) | \(sources) | \(duration / .seconds(1)) s | \(connections) | \(left) | \(try events(.recalled)) |"
      )
    }
    #expect(try events(.notKept) == 0)
  }

  // MARK: Connections

  private func frame(_ client: Place, _ port: UInt16, _ transport: Frame.Transport) -> Frame {
    let throughService = port % 2 == 0
    return Frame(
      family: family, source: client, sourcePort: 20_000 + port, destination: throughService ? .service(10) : .pod(2),
      destinationPort: throughService ? 80 : 8080, transport: transport)
  }

  private func answer(_ client: Place, _ port: UInt16, _ transport: Frame.Transport) -> Frame {
    Frame(
      family: family, source: .pod(2), sourcePort: 8080, destination: client, destinationPort: 20_000 + port,
      transport: transport)
  }

  private func open(from client: Place, _ port: UInt16) throws {
    try pass(frame(client, port, .syn), to: .pod(2))
    try pass(answer(client, port, .synAck), to: client)
    try pass(frame(client, port, .ack), to: .pod(2))
  }

  private func goOn(from client: Place, _ port: UInt16) throws {
    let source: Place = port % 2 == 0 ? .service(10) : .pod(2)
    let back = try pass(answer(client, port, .ack), to: client)
    #expect(back.source == source.octets(family))
    try pass(frame(client, port, .ack), to: .pod(2))
  }

  @discardableResult
  private func pass(_ frame: Frame, to destination: Place) throws -> Dissection {
    let result = try object.program("workload_ingress").run(frame.bytes)
    let seen = Dissection(result.data)
    guard result.verdict == Self.redirect, seen.destination == destination.octets(family) else {
      throw Mismatch("\(frame) went elsewhere, verdict \(result.verdict)")
    }
    return seen
  }

  // MARK: The flood

  private var next: UInt32 = 0

  private func flood(_ count: UInt32) throws {
    let program = try object.program("host_ingress")
    var bytes = Frame(
      family: family, source: .outside(1), destination: .pod(2), destinationPort: 8080, transport: .syn
    ).bytes
    // The last four octets of the source, which are all that tells these SYNs apart.
    let offset = family == .v4 ? 26 : 34
    for _ in 0..<count {
      bytes.replaceSubrange(offset..<offset + 4, with: (0x0b00_0000 + next).octets)
      next += 1
      if next % 1024 == 0, try isComplete() { #expect(try present() == Int(connections), "after \(next) SYNs") }
      for _ in 0..<(repeats ? 2 : 1) {
        guard try program.run(bytes).verdict == Self.redirect else { throw Mismatch("source \(next) was not let in") }
      }
    }
  }

  // MARK: What is left

  /// Whether the programs take it that nothing was given up.
  private func isComplete() throws -> Bool {
    let room = try object.maps.typed(MapName.room, UInt32.self, ConntrackRoom.self)
    return try room.lookUp(family == .v4 ? 0 : 1)?.isComplete == 1
  }

  /// How many of pod 1's connections have the entry that its packets find.
  private func present() throws -> Int {
    func count<Address: TestAddress>(_: Address.Type) throws -> Int {
      let flows = try object.maps.typed(
        Address.conntrackMap, ConntrackKey<Address>.self, ConntrackValue<Address>.self)
      return try (0..<connections).count { port in
        let frame = frame(.pod(1), port, .ack)
        return try flows.lookUp(
          ConntrackKey(
            proto: frame.proto, source: Address(frame.source), sourcePort: BigEndian16(frame.sourcePort),
            destination: Address(frame.destination), destinationPort: BigEndian16(frame.destinationPort))) != nil
      }
    }
    return family == .v4 ? try count(IPv4Address.self) : try count(IPv6Address.self)
  }

  private func events(_ event: CounterIndex) throws -> UInt64 {
    let counters = try object.maps.typed(MapName.counters, CounterKey.self, Counters.self)
    let rows = try counters.lookUpPerCPU(CounterKey(interfaceIndex: 1, hook: 0)) ?? []
    return rows.reduce(0) { $0 + $1.events[Int(event.rawValue)] }
  }
}
