import Dataplane
import Foundation
import Logging
import Synchronization

/// Has the conntrack tables hold as many entries as the settings say, beside everything else that the agent does.
public struct TableResizer: Sendable {
  /// - Parameters:
  ///   - entries: how many.
  ///   - begins: called if there is something to do.
  public typealias Resize = @Sendable (_ entries: UInt32, _ begins: () -> Void) throws -> ResizeReport?

  private let resize: Resize
  private let status: SharedStatus
  private let logger: Logger
  private let firstPause: Duration
  private let wanted = Wanted()
  private let calls: AsyncStream<Void>
  private let caller: AsyncStream<Void>.Continuation

  private final class Wanted: Sendable {
    /// 0 before anybody knows.
    let entries = Atomic<UInt32>(0)
  }

  /// - Parameter firstPause: before what failed is tried again; each time twice as long, up to ten minutes.
  public init(status: SharedStatus, logger: Logger, firstPause: Duration = .seconds(10), resize: @escaping Resize) {
    self.resize = resize
    self.status = status
    self.logger = logger
    self.firstPause = firstPause
    (calls, caller) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
  }

  /// Says how many entries are wanted; the last word counts.
  public func want(_ entries: UInt32) {
    guard wanted.entries.exchange(entries, ordering: .relaxed) != entries else { return }
    caller.yield()
  }

  /// Resizes until the task is cancelled.
  public func run() async {
    var failures = SentenceLog()
    var pause = firstPause
    for await _ in calls {
      let entries = wanted.entries.load(ordering: .relaxed)
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

  public init() {}

  mutating func record(_ entries: UInt32, _ report: ResizeReport?) {
    self.entries = entries
    guard let report else { return }
    changes += 1
    moved &+= report.moved
    refused &+= report.refused
  }
}
