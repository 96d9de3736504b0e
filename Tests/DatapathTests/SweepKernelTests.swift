import DataplaneABI
import EBPF
import Glibc
import Testing

@testable import DatapathPrograms

@Suite("The sweep in the running kernel", .serialized, .enabled(if: geteuid() == 0))
struct SweepKernelTests {
  private static let second: UInt64 = 1_000_000_000

  @Test("what is over goes, with its other half, and what is not stays", arguments: FamilyName.allCases)
  func removes(_ family: FamilyName) throws {
    family == .v4 ? try removes(IPv4Address.self) : try removes(IPv6Address.self)
  }

  private func removes<Address: TestAddress>(_: Address.Type) throws {
    let table = try FlowTable<Address>(capacity: 1000)
    try table.add(300, age: 61 * Self.second, translated: false)
    try table.add(200, age: 59 * Self.second, translated: false)
    try table.add(100, age: 61 * Self.second, translated: true)
    try table.add(50, age: 59 * Self.second, translated: true)
    let sweep = try table.sweep()
    // 100 second halves went along with the first ones, some before their turn, some after it.
    #expect(sweep.seen == 800)
    #expect(sweep.ends == [.udpSilent: 500])
    #expect(try table.count() == 300)
    let again = try table.sweep()
    #expect(again.seen == 300)
    #expect(again.ends.isEmpty)
  }

  /// `APUS_MEASURE=1 swift test --filter SweepKernelTests` prints the figures of docs/datapath.md.
  @Test("a full table is swept", .enabled(if: getenv("APUS_MEASURE") != nil), arguments: FamilyName.allCases)
  func measured(_ family: FamilyName) throws {
    family == .v4 ? try measured(IPv4Address.self) : try measured(IPv6Address.self)
  }

  private func measured<Address: TestAddress>(_: Address.Type) throws {
    for (translated, changed) in [(false, false), (true, false), (false, true), (true, true)] {
      let table = try FlowTable<Address>(capacity: MapCapacity.conntrack)
      // An LRU table spreads its free places over the CPUs: filled to the last it would lose some.
      try table.add(500_000 / (translated ? 2 : 1), age: 10 * Self.second, translated: translated)
      let present = try table.count()
      var times: [Double] = []
      for _ in 0..<15 {
        let start = ContinuousClock.now
        let sweep = try table.sweep(servicesChanged: changed)
        times.append((ContinuousClock.now - start) / .milliseconds(1))
        #expect(sweep.seen == UInt64(present))
      }
      times.sort()
      let kind = (translated ? "translated" : "plain") + (changed ? ", services changed" : "")
      print("| \(Address.family) | \(kind) | \(present) | \(times[0]) / \(times[7]) |")
    }
  }
}

/// The loaded programs with flows that never saw a packet.
private final class FlowTable<Address: TestAddress> {
  private let object: LoadedObject
  private let flows: TypedMap<ConntrackKey<Address>, ConntrackValue<Address>>
  private var next: UInt32 = 0

  init(capacity: UInt32) throws {
    let spec = try ObjectSpec(parsing: EmbeddedObject.datapath, name: "datapath")
    object = try spec.load(
      LoadOptions(adjust: { map in
        let isTable = map.name == Address.conntrackMap
        map.maxEntries = isTable ? capacity : min(map.maxEntries, 4096)
      }))
    flows = try object.maps.typed(
      Address.conntrackMap, ConntrackKey<Address>.self, ConntrackValue<Address>.self)
    try object.maps.typed(Address.membersMap, MemberKey<Address>.self, MemberFlags.self).update(
      MemberKey(id: 1, address: Address(.pod(9, node: 2)), port: BigEndian16(8080)), [.takesNew, .serving])
    try object.maps.typed(MapName.node, UInt32.self, NodeState.self).update(0, NodeState(routeGeneration: 1))
  }

  func count() throws -> Int { try flows.keys().count }

  /// UDP flows of that age, to service 10 on pod 9 of node 2 if `translated`.
  func add(_ count: Int, age: UInt64, translated: Bool) throws {
    let now = Twin.clock(CLOCK_MONOTONIC_COARSE)
    var entries: [(key: ConntrackKey<Address>, value: ConntrackValue<Address>)] = []
    for _ in 0..<count {
      let client = Address(.pod(UInt8(1 + next / 60_000)))
      let port = BigEndian16(UInt16(1 + next % 60_000))
      next += 1
      let (service, backend) = (Address(.service(10)), Address(.pod(9, node: 2)))
      func entry(_ destination: Address, _ port80: BigEndian16, _ translation: Translation<Address>) {
        let openerIsA = ConntrackKey.sourceIsA(client, port, destination, port80)
        var value = ConntrackValue<Address>(
          created: now - age,
          aToB: ConntrackLeg(flags: openerIsA ? .opener : [], arrivalInterface: 1, generation: 1),
          bToA: ConntrackLeg(flags: openerIsA ? [] : .opener, arrivalInterface: 1, generation: 1),
          translation: translation)
        value.lastSeen = now - age
        let key = ConntrackKey(
          proto: IPProtocolNumber.udp, source: client, sourcePort: port, destination: destination,
          destinationPort: port80)
        entries.append((key, value))
      }
      func translation(_ tuple: Tuple<Address>, _ kind: TranslationKind) -> Translation<Address> {
        Translation(
          tuple: tuple, kind: kind, ends: kind == .opener ? .destination : .source, addressDifference: 0,
          portDifference: 0, backend: BackendKey(id: 1, ordinal: 0))
      }
      let (asked, chosen) = (BigEndian16(80), BigEndian16(8080))
      let there = Tuple(source: client, sourcePort: port, destination: backend, destinationPort: chosen)
      let back = Tuple(source: service, sourcePort: asked, destination: client, destinationPort: port)
      entry(service, asked, translated ? translation(there, .opener) : .none)
      if translated { entry(backend, chosen, translation(back, .answers)) }
    }
    try flows.update(entries)
  }

  func sweep(servicesChanged: Bool = true) throws -> Sweep {
    let input = TestRunInput(data: [], context: [servicesChanged ? 1 : 0, 0, 0, 0])
    let result = try object.program("conntrack_sweep").run(input)
    guard result.verdict == 0 else { throw Mismatch("the sweep returned \(result.verdict)") }
    let tallies = try object.maps.typed(MapName.sweep, UInt32.self, SweepTally.self)
    return Sweep(try tallies.lookUp(Address.family == .v4 ? 0 : 1))
  }
}
