import CalicoAPI
import Dataplane
import DataplaneABI
import Logging
import Synchronization
import Testing

@testable import NodeAgent

@Suite("Conntrack tables of the size that is set")
struct TableResizerTests {
  private struct Refusal: Error {}

  /// The sizes that a resizer was asked to reach, in order.
  private final class Asked: Sendable {
    private let sizes = Mutex<[UInt32]>([])
    var all: [UInt32] { sizes.withLock { $0 } }
    func add(_ size: UInt32) { sizes.withLock { $0.append(size) } }
  }

  /// What outlasts an agent.
  private final class Memory: Sendable {
    private let size = Mutex<GrownSize?>(nil)
    var value: GrownSize? { size.withLock { $0 } }

    /// - Parameter most: entries that there is memory for.
    func growth(most: UInt32 = .max) -> TableGrowth {
      TableGrowth(possibleCPUs: 2, remembered: value) { size in
        self.size.withLock { $0 = size }
      } check: {
        if $0 > most { throw Refusal() }
      }
    }
  }

  private static var quiet: Logger {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return logger
  }

  private static func report(_ entries: UInt32, moved: UInt64 = 0, refused: UInt64 = 0) -> ResizeReport {
    ResizeReport(entries: entries, moved: moved, refused: refused, duration: .milliseconds(1))
  }

  /// Runs a resizer until the status is as wanted, at most some seconds.
  private static func run(
    until isReached: @escaping @Sendable (AgentStatus) -> Bool, growth: TableGrowth? = nil,
    resize: @escaping TableResizer.Resize, meanwhile: @Sendable (TableResizer) async throws -> Void
  ) async throws -> AgentStatus {
    let status = SharedStatus()
    let resizer = TableResizer(
      status: status, logger: quiet, growth: growth ?? Memory().growth(), firstPause: .milliseconds(10), resize: resize)
    let task = Task { await resizer.run() }
    defer { task.cancel() }
    try await meanwhile(resizer)
    for _ in 0..<500 where !isReached(status.value) { try await Task.sleep(for: .milliseconds(10)) }
    return status.value
  }

  @Test("what is wanted is done once, however often it is said, and the last word counts")
  func once() async throws {
    let asked = Asked()
    let status = try await Self.run(until: { $0.tables.entries == 3000 }) { entries, begins in
      asked.add(entries)
      begins()
      return Self.report(entries, moved: 5)
    } meanwhile: { resizer in
      for _ in 0..<20 { resizer.want(2000, .doubleIfFull) }
      while asked.all.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
      for _ in 0..<20 { resizer.want(2000, .doubleIfFull) }
      resizer.want(3000, .doubleIfFull)
    }
    #expect(asked.all == [2000, 3000])
    #expect(status.tables.changes == 2)
    #expect(status.tables.moved == 10)
  }

  @Test("nothing to do is no change")
  func nothing() async throws {
    let status = try await Self.run(until: { $0.tables.entries != nil }) { _, _ in
      nil
    } meanwhile: {
      $0.want(512_000, .doubleIfFull)
    }
    #expect(status.tables.entries == 512_000)
    #expect(status.tables.changes == 0)
  }

  @Test("what fails is tried again by itself, and until then no size is claimed")
  func failure() async throws {
    let asked = Asked()
    let status = try await Self.run(until: { $0.tables.entries != nil }) { entries, _ in
      asked.add(entries)
      guard asked.all.count > 2 else { throw Refusal() }
      return Self.report(entries, refused: 1)
    } meanwhile: { resizer in
      resizer.want(2000, .doubleIfFull)
    }
    #expect(asked.all == [2000, 2000, 2000])
    #expect(status.tables.refused == 1)
  }

  /// A sweep after which IPv4's table has so many entries, and IPv6's none.
  private static func full(_ capacity: UInt32, used: UInt64? = nil, answered: UInt64? = nil) -> SweepReport {
    var tally = SweepTally(now: 1, turn: 1)
    tally.seen = used ?? UInt64(capacity)
    tally.answered = answered ?? tally.seen
    return SweepReport([tally, SweepTally(now: 1, turn: 1)], capacity: capacity, duration: .milliseconds(1))
  }

  @Test("tables that are full are doubled, again and again, up to what there is memory for; the next agent has them so")
  func grows() async throws {
    let (asked, memory) = (Asked(), Memory())
    let status = try await Self.run(until: { $0.tables.entries == 256_000 }, growth: memory.growth(most: 256_000)) {
      entries, _ in
      asked.add(entries)
      return Self.report(entries)
    } meanwhile: { resizer in
      resizer.swept(Self.full(64_000))
      resizer.want(64_000, .doubleIfFull)
      for size in [64_000, 128_000, 256_000] as [UInt32] {
        while asked.all.last != size { try await Task.sleep(for: .milliseconds(5)) }
        // Those of the size before, which somebody looked at too late, say nothing.
        resizer.swept(Self.full(size / 2))
        resizer.swept(Self.full(size, used: UInt64(size) / 2))
        resizer.swept(Self.full(size, answered: UInt64(size) / 3))
        resizer.swept(Self.full(size))
      }
    }
    #expect(asked.all == [64_000, 128_000, 256_000])
    #expect(status.tables.growths == 2)
    #expect(memory.value == GrownSize(configured: 64_000, entries: 256_000))
    let next = try await Self.run(until: { $0.tables.entries != nil }, growth: memory.growth()) { entries, _ in
      asked.add(entries)
      return nil
    } meanwhile: {
      $0.want(64_000, .doubleIfFull)
    }
    #expect(next.tables.entries == 256_000)
  }

  @Test("another size, or Disabled, ends a growth for good")
  func endsGrowth() async throws {
    for other in [(32_000, .doubleIfFull), (64_000, .disabled)] as [(UInt32, ConntrackScaling)] {
      let (asked, memory) = (Asked(), Memory())
      _ = try await Self.run(until: { _ in asked.all.count == 4 }, growth: memory.growth()) {
        entries, _ in
        asked.add(entries)
        return Self.report(entries)
      } meanwhile: { resizer in
        resizer.want(64_000, .doubleIfFull)
        while asked.all.last != 64_000 { try await Task.sleep(for: .milliseconds(5)) }
        resizer.swept(Self.full(64_000))
        while asked.all.last != 128_000 { try await Task.sleep(for: .milliseconds(5)) }
        resizer.want(other.0, other.1)
        while asked.all.last != other.0 { try await Task.sleep(for: .milliseconds(5)) }
        resizer.swept(Self.full(other.0, answered: 0))
        if other.1 == .disabled { resizer.swept(Self.full(other.0)) }
        resizer.want(other.0 + 1, other.1)
        while asked.all.last != other.0 + 1 { try await Task.sleep(for: .milliseconds(5)) }
      }
      #expect(asked.all == [64_000, 128_000, other.0, other.0 + 1])
      #expect(memory.value == nil)
    }
  }

  @Test("the metrics page has the size once it is settled")
  func metrics() {
    var status = AgentStatus()
    #expect(!MetricsPage.text(status, counters: [:]).contains("apus_bpf_conntrack_capacity"))
    status.tables.record(4096, Self.report(4096, moved: 7, refused: 2))
    let text = MetricsPage.text(status, counters: [:])
    for line in [
      "apus_bpf_conntrack_capacity 4096", "apus_bpf_conntrack_resizes_total 1", "apus_bpf_conntrack_moved_total 7",
      "apus_bpf_conntrack_refused_total 2", "apus_bpf_conntrack_growths_total 0",
    ] { #expect(text.contains("\n\(line)\n"), "\(line)") }
  }
}
