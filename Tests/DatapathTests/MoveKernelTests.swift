import DataplaneABI
import EBPF
import Glibc
import Testing

@testable import DatapathPrograms

@Suite("Moving flows in the running kernel", .serialized, .enabled(if: geteuid() == 0))
struct MoveKernelTests {
  @Test("what is in the other table is in the first one afterwards, in as many runs as it takes")
  func moves() throws {
    let tables = try TwoTables(entries: 1000)
    let before = try tables.others()
    #expect(try tables.move(quota: 400) == MoveTally(silentSince: .max, quota: 0, moved: 400))
    #expect(try tables.move(quota: 1000) == MoveTally(silentSince: .max, quota: 400, moved: 600))
    #expect(try tables.others().isEmpty)
    #expect(try tables.firsts() == before)
  }

  /// `APUS_MEASURE=1 swift test --filter MoveKernelTests` prints the figure of docs/datapath.md.
  @Test("half a million of them", .enabled(if: getenv("APUS_MEASURE") != nil))
  func measured() throws {
    var times: [Double] = []
    for _ in 0..<5 {
      let tables = try TwoTables(entries: 500_000)
      let start = ContinuousClock.now
      let tally = try tables.move(quota: 1_000_000)
      times.append((ContinuousClock.now - start) / .milliseconds(1))
      #expect(tally.refused == 0)
    }
    times.sort()
    print("500,000 entries moved in \(times[0]) / \(times[2]) ms")
  }
}

/// The loaded programs with flows in the other table that never saw a packet.
private final class TwoTables {
  private typealias Flows = TypedMap<ConntrackKey<IPv4Address>, ConntrackValue<IPv4Address>>
  private let object: LoadedObject
  private let first: Flows
  private let other: Flows

  init(entries: UInt32) throws {
    var spec = try ObjectSpec(parsing: EmbeddedObject.datapath, name: "datapath")
    try spec.setConstant("resizing", UInt32(1))
    let names = [MapName.conntrack4, MapName.otherConntrack4]
    object = try spec.load(
      LoadOptions(
        programs: ["conntrack_move"],
        // An LRU table spreads its free places over the CPUs: filled to the last it would lose some.
        adjust: { $0.maxEntries = names.contains($0.name) ? entries + 16_384 : min($0.maxEntries, 1024) }))
    first = try object.maps.typed(names[0], ConntrackKey<IPv4Address>.self, ConntrackValue<IPv4Address>.self)
    other = try object.maps.typed(names[1], ConntrackKey<IPv4Address>.self, ConntrackValue<IPv4Address>.self)
    let leg = ConntrackLeg(flags: .opener, arrivalInterface: 1, generation: 1)
    try other.update(
      (0..<entries).map { number in
        let key = ConntrackKey(
          proto: IPProtocolNumber.udp, source: IPv4Address(10, 65, UInt8(number >> 16), 1),
          sourcePort: BigEndian16(UInt16(truncatingIfNeeded: number)), destination: IPv4Address(10, 96, 0, 1),
          destinationPort: BigEndian16(53))
        return (key, ConntrackValue(created: UInt64(number), aToB: leg, bToA: leg, translation: .none))
      })
  }

  func firsts() throws -> [ConntrackKey<IPv4Address>: UInt64] { try Self.contents(first) }
  func others() throws -> [ConntrackKey<IPv4Address>: UInt64] { try Self.contents(other) }

  /// What tells each flow from the others.
  private static func contents(_ flows: Flows) throws -> [ConntrackKey<IPv4Address>: UInt64] {
    Dictionary(try flows.entries().map { ($0.key, $0.value.created) }) { $1 }
  }

  func move(quota: UInt64) throws -> MoveTally {
    let tallies = try object.maps.typed(MapName.move, UInt32.self, MoveTally.self)
    try tallies.update(0, MoveTally(silentSince: .max, quota: quota))
    _ = try object.program("conntrack_move").run(TestRunInput(data: [], context: [0, 0, 0, 0]))
    return try tallies.lookUp(0) ?? MoveTally(silentSince: 0, quota: 0)
  }
}
