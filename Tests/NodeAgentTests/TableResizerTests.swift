import Dataplane
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
    until isReached: @escaping @Sendable (AgentStatus) -> Bool, resize: @escaping TableResizer.Resize,
    meanwhile: @Sendable (TableResizer) async throws -> Void
  ) async throws -> AgentStatus {
    let status = SharedStatus()
    let resizer = TableResizer(status: status, logger: quiet, firstPause: .milliseconds(10), resize: resize)
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
      for _ in 0..<20 { resizer.want(2000) }
      while asked.all.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
      for _ in 0..<20 { resizer.want(2000) }
      resizer.want(3000)
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
      $0.want(512_000)
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
      resizer.want(2000)
    }
    #expect(asked.all == [2000, 2000, 2000])
    #expect(status.tables.refused == 1)
  }

  @Test("the metrics page has the size once it is settled")
  func metrics() {
    var status = AgentStatus()
    #expect(!MetricsPage.text(status, counters: [:]).contains("apus_bpf_conntrack_capacity"))
    status.tables.record(4096, Self.report(4096, moved: 7, refused: 2))
    let text = MetricsPage.text(status, counters: [:])
    for line in [
      "apus_bpf_conntrack_capacity 4096", "apus_bpf_conntrack_resizes_total 1", "apus_bpf_conntrack_moved_total 7",
      "apus_bpf_conntrack_refused_total 2",
    ] { #expect(text.contains("\n\(line)\n"), "\(line)") }
  }
}
