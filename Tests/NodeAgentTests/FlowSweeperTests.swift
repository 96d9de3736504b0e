import Dataplane
import DataplaneABI
import Logging
import Synchronization
import Testing

@testable import NodeAgent

@Suite("Sweeping flows")
struct FlowSweeperTests {
  private struct Refusal: Error {}

  private static var quiet: Logger {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return logger
  }

  private static func tally(seen: UInt64, _ ends: [FlowEnd: UInt64]) -> SweepTally {
    var tally = SweepTally(now: 1, turn: 1)
    tally.seen = seen
    for (end, count) in ends { tally.ended[Int(end.rawValue)] = count }
    return tally
  }

  private static func report(seen: UInt64, _ ends: [FlowEnd: UInt64]) -> SweepReport {
    SweepReport([tally(seen: seen, ends), tally(seen: 1, [:])], duration: .milliseconds(2))
  }

  /// Runs a sweeper until the status is as wanted, at most some seconds.
  private static func run(
    interval: Duration, until isReached: @escaping @Sendable (AgentStatus) -> Bool,
    sweep: @escaping @Sendable (Bool) throws -> SweepReport, meanwhile: @Sendable (FlowSweeper) -> Void = { _ in }
  ) async throws -> AgentStatus {
    let status = SharedStatus()
    let sweeper = FlowSweeper(interval: interval, status: status, logger: quiet, sweep: sweep)
    let task = Task { await sweeper.run() }
    defer { task.cancel() }
    meanwhile(sweeper)
    for _ in 0..<500 where !isReached(status.value) { try await Task.sleep(for: .milliseconds(10)) }
    return status.value
  }

  @Test("it sweeps on its clock, again and again")
  func clock() async throws {
    let status = try await Self.run(interval: .milliseconds(20), until: { $0.sweeps.count >= 3 }) {
      #expect(!$0)
      return Self.report(seen: 5, [.udpSilent: 2])
    }
    #expect(status.sweeps.count >= 3)
    #expect(status.sweeps.last?.used == 4)
    #expect(status.sweeps.ended[.udpSilent] == UInt64(status.sweeps.count) * 2)
  }

  @Test("who asks need not wait for the clock")
  func atOnce() async throws {
    let status = try await Self.run(
      interval: .seconds(3600), until: { $0.sweeps.count == 1 },
      sweep: { $0 ? Self.report(seen: 7, [:]) : Self.report(seen: 0, [:]) },
      meanwhile: { $0.servicesChanged() })
    #expect(status.sweeps.count == 1)
    #expect(status.sweeps.last?.used == 8)
  }

  @Test("a sweep that fails is tried again")
  func failure() async throws {
    let attempts = Atomic(0)
    let status = try await Self.run(interval: .milliseconds(20), until: { $0.sweeps.count >= 1 }) { _ in
      guard attempts.add(1, ordering: .relaxed).newValue > 1 else { throw Refusal() }
      return Self.report(seen: 0, [:])
    }
    #expect(status.sweeps.count >= 1)
  }

  @Test("who wants to know is told of each sweep that went well")
  func tells() async throws {
    let told = Atomic(0)
    let attempts = Atomic(0)
    let sweeper = FlowSweeper(
      interval: .milliseconds(10), status: SharedStatus(), logger: Self.quiet,
      swept: {
        #expect($0.fills.map(\.used) == [4, 1])
        told.add(1, ordering: .relaxed)
      }
    ) { _ in
      guard attempts.add(1, ordering: .relaxed).newValue > 1 else { throw Refusal() }
      return Self.report(seen: 4, [:])
    }
    let task = Task { await sweeper.run() }
    defer { task.cancel() }
    for _ in 0..<500 where told.load(ordering: .relaxed) < 2 { try await Task.sleep(for: .milliseconds(10)) }
    #expect(told.load(ordering: .relaxed) >= 2)
  }

  @Test("fewer may be seen than went, and none is left then")
  func neverNegative() {
    #expect(SweepReport([Self.tally(seen: 3, [.finsSeen: 4])], duration: .zero).used == 0)
  }

  @Test("the metrics page has Felix' names, and each reason")
  func metrics() {
    var status = AgentStatus()
    status.sweeps.record(Self.report(seen: 10, [.finsSeen: 4, .backendGone: 2, .serviceSince: 1]))
    status.sweeps.record(Self.report(seen: 6, [.finsSeen: 1]))
    let text = MetricsPage.text(status, counters: [:])
    for line in [
      "felix_bpf_conntrack_sweeps 2", "felix_bpf_conntrack_used 6", "felix_bpf_conntrack_cleaned 1",
      "felix_bpf_conntrack_cleaned_total 8", "felix_bpf_conntrack_sweep_duration 2000000",
      "felix_bpf_conntrack_expired 1", #"felix_bpf_conntrack_expired_total{reason="FINs seen"} 5"#,
      #"felix_bpf_conntrack_expired_total{reason="RST seen"} 0"#, "felix_bpf_conntrack_stale_nat 0",
      "felix_bpf_conntrack_stale_nat_total 3",
      #"apus_bpf_conntrack_entries{ip_version="4"} 5"#, #"apus_bpf_conntrack_entries{ip_version="6"} 1"#,
      "felix_bpf_conntrack_cleaner_seconds_count 2",
    ] { #expect(text.contains("\n\(line)\n"), "\(line)") }
  }
}
