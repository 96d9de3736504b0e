import DataplaneABI
import EBPF
import Foundation
import Testing

@testable import Dataplane

@Suite("When conntrack tables are full")
struct ConntrackGrowthTests {
  private func verdict(_ capacity: UInt32, _ used: UInt64, answered: UInt64? = nil, cpus: Int = 2)
    -> ConntrackGrowth.Verdict
  {
    ConntrackGrowth.verdict(
      TableFill(capacity: capacity, used: used, answered: answered ?? used), possibleCPUs: cpus)
  }

  @Test("over nine tenths of what the kernel fills are full")
  func full() {
    #expect(verdict(512_256, 460_800) == .hasRoom)
    #expect(verdict(512_256, 460_801) == .full)
    #expect(verdict(0, 0) == .hasRoom)
    // 256 CPUs keep half of it.
    #expect(verdict(65_536, 29_484, cpus: 256) == .hasRoom)
    #expect(verdict(65_536, 29_485, cpus: 256) == .full)
    #expect(verdict(1000, 451, cpus: 256) == .full)
  }

  @Test("what nobody answered does not make a table worth growing")
  func flooded() {
    #expect(verdict(1000, 900, answered: 451) == .full)
    #expect(verdict(1000, 900, answered: 450) == .flooded)
    #expect(verdict(1000, 600, answered: 0) == .hasRoom)
  }
}

@Suite("Full conntrack tables in the running kernel", .serialized, .enabled(if: RealNode.canRun, "needs root"))
struct RealConntrackGrowthTests {
  private typealias Flows = TypedMap<ConntrackKey<IPv4Address>, ConntrackValue<IPv4Address>>

  @Test(
    "a table that flows pour into, from one CPU or all of them, shows as full at any moment",
    arguments: [(1000, 1), (1000, 2), (64_000, 1), (64_000, 2)] as [(UInt32, Int)])
  func alwaysFull(_ capacity: UInt32, _ threads: Int) throws {
    let map = try Map.create(
      MapSpec(
        name: "full", type: .lruHash, key: ConntrackKey<IPv4Address>.self, value: ConntrackValue<IPv4Address>.self,
        maxEntries: capacity))
    let flows = try map.typed(ConntrackKey<IPv4Address>.self, ConntrackValue<IPv4Address>.self)
    let possibleCPUs = try PossibleCPUs.count()
    var least = Int.max
    for round in 0..<8 {
      let count = Int(capacity) / 2 * 3 / threads + 37 * round
      DispatchQueue.concurrentPerform(iterations: threads) { thread in
        try? Self.pour(count, from: (round * threads + thread) << 24, into: flows)
      }
      least = min(least, try flows.keys().count)
    }
    print("an LRU table of \(capacity) entries, filled by \(threads) threads, has \(least) at least")
    let fill = TableFill(capacity: capacity, used: UInt64(least), answered: UInt64(least))
    #expect(ConntrackGrowth.verdict(fill, possibleCPUs: possibleCPUs) == .full)
  }

  private static func pour(_ count: Int, from first: Int, into flows: Flows) throws {
    let leg = ConntrackLeg(flags: .opener, arrivalInterface: 1, generation: 1)
    let value = ConntrackValue<IPv4Address>(created: 1, aToB: leg, bToA: leg, translation: .none)
    for number in first..<first + count {
      let key = ConntrackKey(
        proto: IPProtocolNumber.udp,
        source: IPv4Address(UInt8(truncatingIfNeeded: number >> 24), UInt8(truncatingIfNeeded: number >> 16), 0, 1),
        sourcePort: BigEndian16(UInt16(truncatingIfNeeded: number)), destination: IPv4Address(10, 96, 0, 1),
        destinationPort: BigEndian16(53))
      try flows.update(key, value)
    }
  }

  @Test("flows that fill a node's table: the sweep tells; doubled, it has room; the next agent knows what it grew to")
  func grows() throws {
    let node = try FlowNode()
    let possibleCPUs = try PossibleCPUs.count()
    let flows = try node.flows()
    try node.fill(flows, count: 1500, answered: true)
    let full = try node.kernel.sweep(servicesChanged: false).fills
    #expect(full.map(\.capacity) == [1024, 1024])
    #expect(full.map { ConntrackGrowth.verdict($0, possibleCPUs: possibleCPUs) } == [.full, .hasRoom])
    try node.kernel.checkGrowth(to: 2048)
    #expect(throws: DataplaneFailure.self) { try node.kernel.checkGrowth(to: 1_000_000_000) }
    try node.kernel.grownSizeTable().write([(0, GrownSize(configured: 1024, entries: 2048))])
    let report = try #require(try node.kernel.resizeConntrack(to: 2048))
    #expect(report.moved >= full[0].used && report.refused == 0)
    let roomy = try node.kernel.sweep(servicesChanged: false).fills
    #expect(roomy[0].capacity == 2048 && roomy[0].used == full[0].used && roomy[0].answered == full[0].used)
    #expect(ConntrackGrowth.verdict(roomy[0], possibleCPUs: possibleCPUs) == .hasRoom)
    try node.restart()
    #expect(try node.kernel.grownSizeTable().read() == [0: GrownSize(configured: 1024, entries: 2048)])
    #expect(try node.sizes() == FlowNode.sizes(2048, kept: 2048))
  }

  @Test("a flood that nobody answers fills a table, and is no reason to grow")
  func flood() throws {
    let node = try FlowNode()
    try node.fill(try node.flows(), count: 1500, answered: false)
    let fill = try node.kernel.sweep(servicesChanged: false).fills[0]
    #expect(ConntrackGrowth.verdict(fill, possibleCPUs: try PossibleCPUs.count()) == .flooded)
  }
}

extension FlowNode {
  fileprivate func flows() throws -> TypedMap<ConntrackKey<IPv4Address>, ConntrackValue<IPv4Address>> {
    guard let map = try Map.openPinned(node.folder.map(MapName.conntrack4)) else { throw Missing() }
    return try map.typed(ConntrackKey<IPv4Address>.self, ConntrackValue<IPv4Address>.self)
  }

  /// UDP flows of now, as the programs make them.
  fileprivate func fill(
    _ flows: TypedMap<ConntrackKey<IPv4Address>, ConntrackValue<IPv4Address>>, count: Int, answered: Bool
  ) throws {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    var (there, back) = (
      ConntrackLeg(flags: .opener, arrivalInterface: 1, generation: 1),
      ConntrackLeg(flags: [], arrivalInterface: 1, generation: 1)
    )
    there.packets = 1
    back.packets = answered ? 1 : 0
    let value = ConntrackValue<IPv4Address>(
      created: UInt64(time.tv_sec) * 1_000_000_000, aToB: there, bToA: back, translation: .none)
    for number in 1...UInt16(count) {
      let key = ConntrackKey(
        proto: IPProtocolNumber.udp, source: IPv4Address(10, 65, 9, 9), sourcePort: BigEndian16(number),
        destination: IPv4Address(10, 65, 9, 8), destinationPort: BigEndian16(53))
      try flows.update(key, value)
    }
  }
}
