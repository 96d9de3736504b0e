import Dataplane
import DataplaneABI
import Logging
import Synchronization

/// Has the kernel remove the flows that are over: on a clock, and at once when somebody asks.
public struct FlowSweeper: Sendable {
  private let interval: Duration
  private let sweep: @Sendable (_ servicesChanged: Bool) throws -> SweepReport
  private let swept: @Sendable (SweepReport) -> Void
  private let status: SharedStatus
  private let logger: Logger
  private let calls: AsyncStream<Void>
  private let caller: AsyncStream<Void>.Continuation
  private let demand = Demand()

  /// Whether services have changed since the last sweep.
  private final class Demand: Sendable {
    let servicesChanged = Atomic(false)
  }

  /// - Parameter swept: called after each sweep that went well.
  public init(
    interval: Duration, status: SharedStatus, logger: Logger,
    swept: @escaping @Sendable (SweepReport) -> Void = { _ in },
    sweep: @escaping @Sendable (_ servicesChanged: Bool) throws -> SweepReport
  ) {
    self.interval = interval
    self.status = status
    self.logger = logger
    self.sweep = sweep
    self.swept = swept
    (calls, caller) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
  }

  /// Services have changed: asks for a sweep now. Many at once are one.
  public func servicesChanged() {
    demand.servicesChanged.store(true, ordering: .relaxed)
    caller.yield()
  }

  /// Sweeps until the task is cancelled.
  public func run() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await keepTime() }
      group.addTask {
        var failures = SentenceLog()
        for await _ in calls {
          let pause = sweepOnce(&failures)
          // However many ask, no more than a tenth of a CPU goes into it.
          try? await Task.sleep(for: pause)
        }
      }
    }
  }

  private func keepTime() async {
    while !Task.isCancelled {
      try? await Task.sleep(for: interval)
      caller.yield()
    }
  }

  private func sweepOnce(_ failures: inout SentenceLog) -> Duration {
    let servicesChanged = demand.servicesChanged.exchange(false, ordering: .relaxed)
    do {
      let report = try sweep(servicesChanged)
      status.update { $0.sweeps.record(report) }
      swept(report)
      for sentence in failures.update([]).over { logger.notice("solved: \(sentence)") }
      logger.debug("swept", metadata: ["flows": "\(report.used)", "removed": "\(report.cleaned)"])
      return report.duration * 9
    } catch {
      if servicesChanged { self.servicesChanged() }
      for sentence in failures.update(["conntrack sweep: \(error)"]).new { logger.error("\(sentence)") }
      return .seconds(1)
    }
  }
}

/// What the sweeps did since the agent's start.
public struct SweepTotals: Sendable, Equatable {
  public private(set) var count = 0
  public private(set) var last: SweepReport?
  public private(set) var ended: [FlowEnd: UInt64] = [:]
  /// Seconds.
  public private(set) var time = Summary()

  public init() {}

  public mutating func record(_ report: SweepReport) {
    count += 1
    last = report
    ended.merge(report.ended, uniquingKeysWith: &+)
    time.record(report.duration.seconds)
  }
}
