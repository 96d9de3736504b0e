import CalicoAPI
import Dataplane
import Foundation
import Logging
import Synchronization

/// Has the conntrack tables hold as many entries as the settings say, or twice as many each time that they are full, beside
/// everything else that the agent does.
public struct TableResizer: Sendable {
  /// - Parameters:
  ///   - entries: how many.
  ///   - begins: called if there is something to do.
  public typealias Resize = @Sendable (_ entries: UInt32, _ begins: () -> Void) throws -> ResizeReport?

  private let resize: Resize
  private let status: SharedStatus
  private let logger: Logger
  private let firstPause: Duration
  private let growth: TableGrowth
  private let state: Shared
  private let calls: AsyncStream<Void>
  private let caller: AsyncStream<Void>.Continuation

  private final class Shared: Sendable {
    struct State {
      var target: ConntrackTarget
      var warnings = SentenceLog()
    }
    let state: Mutex<State>
    init(_ target: ConntrackTarget) { state = Mutex(State(target: target)) }
  }

  /// - Parameter firstPause: before what failed is tried again; each time twice as long, up to ten minutes.
  public init(
    status: SharedStatus, logger: Logger, growth: TableGrowth, firstPause: Duration = .seconds(10),
    resize: @escaping Resize
  ) {
    self.resize = resize
    self.growth = growth
    state = Shared(ConntrackTarget(remembered: growth.remembered))
    self.status = status
    self.logger = logger
    self.firstPause = firstPause
    (calls, caller) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
  }

  /// Says what the settings are; the last word counts.
  ///
  /// - Parameter entries: how many the tables are to hold before they grow.
  public func want(_ entries: UInt32, _ scaling: ConntrackScaling) {
    state.state.withLock { state in
      let (before, remembered) = (state.target, state.target.grown)
      state.target.configure(entries, scaling)
      if state.target.grown != remembered { remember(state.target.grown) }
      if before.configured == 0 || before.entries != state.target.entries { caller.yield() }
    }
  }

  /// Takes in how full a sweep left the tables, and has them grow if they are full.
  public func swept(_ report: SweepReport) {
    state.state.withLock { state in
      let (new, over) = state.warnings.update(grow(&state.target, report))
      for sentence in new { logger.warning("\(sentence)") }
      for sentence in over { logger.info("no longer: \(sentence)") }
    }
  }

  /// Returns why full tables do not grow.
  private func grow(_ target: inout ConntrackTarget, _ report: SweepReport) -> Set<String> {
    let verdicts = report.fills.map {
      (fill: $0, verdict: ConntrackGrowth.verdict($0, possibleCPUs: growth.possibleCPUs))
    }
    guard let full = verdicts.first(where: { $0.verdict == .full })?.fill else {
      return verdicts.contains { $0.verdict == .flooded && target.scaling == .doubleIfFull }
        ? ["conntrack tables: they are full, for the most part of flows that nobody answered, and do not grow"] : []
    }
    guard let size = target.doubled(from: full.capacity) else { return [] }
    do {
      try growth.check(size.entries)
    } catch {
      return ["conntrack tables: they are full and do not grow: \(error)"]
    }
    logger.notice(
      "conntrack tables: \(full.used) of \(full.capacity) entries are in use after a sweep; they grow to \(size.entries)"
    )
    target.grow(size)
    remember(size)
    status.update { $0.tables.recordGrowth() }
    caller.yield()
    return []
  }

  private func remember(_ size: GrownSize?) {
    do {
      try growth.remember(size)
    } catch {
      logger.error("conntrack tables: the size they grew to will not outlast this process: \(error)")
    }
  }

  /// Resizes until the task is cancelled.
  public func run() async {
    var failures = SentenceLog()
    var pause = firstPause
    for await _ in calls {
      let entries = state.state.withLock { $0.target.entries }
      do {
        try await settle(entries)
        for sentence in failures.update([]).over { logger.notice("solved: \(sentence)") }
        pause = firstPause
      } catch {
        let sentence = "conntrack tables cannot be made for \(entries) entries: \(error)"
        for new in failures.update([sentence]).new { logger.error("\(new)") }
        tryAgain(after: pause)
        pause = min(pause * 2, .seconds(600))
      }
    }
  }

  private func settle(_ entries: UInt32) async throws {
    let report = try await onThread { [resize, logger] in
      try resize(entries) { logger.notice("conntrack tables: changing their size to \(entries) entries") }
    }
    status.update { $0.tables.record(entries, report) }
    guard let report else { return }
    let seconds = (report.duration.seconds * 10).rounded() / 10
    logger.notice(
      "conntrack tables: they hold \(entries) entries now; \(report.moved) entries were moved in \(seconds) s")
    if report.refused > 0 { logger.error("conntrack tables: \(report.refused) entries found no place in the new ones") }
  }

  private func tryAgain(after pause: Duration) {
    Task {
      try? await Task.sleep(for: pause)
      caller.yield()
    }
  }

  /// The work takes seconds, and would hold one of the few threads that all tasks share.
  private func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
  }
}

/// What became of the conntrack tables' size since the agent's start.
public struct TableSize: Sendable, Equatable {
  /// Entries each conntrack table is made for; nil before that is settled.
  public private(set) var entries: UInt32?
  /// How often it was changed, and how many entries were moved by that.
  public private(set) var changes = 0
  public private(set) var moved: UInt64 = 0
  public private(set) var refused: UInt64 = 0
  /// How often they were full and grew.
  public private(set) var growths = 0

  public init() {}

  mutating func recordGrowth() { growths += 1 }

  mutating func record(_ entries: UInt32, _ report: ResizeReport?) {
    self.entries = entries
    guard let report else { return }
    changes += 1
    moved &+= report.moved
    refused &+= report.refused
  }
}
