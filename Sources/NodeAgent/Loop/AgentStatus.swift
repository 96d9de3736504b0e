import Dataplane
import Synchronization

/// What the agent is up to, for the health and metrics pages. Written by the loop, read by anybody.
public struct AgentStatus: Sendable {
  public var isSynced = false
  public var awaitedKinds: [String] = FollowedKind.allCases.map(\.rawValue).sorted()
  public var knowsNode = false
  public var nodeCount = 0
  public var workloadCount = 0
  /// Of the last `apply`; nil before the first.
  public var report: ApplyReport?
  public var counts: DataplaneCounts?
  public var warnings: Set<String> = []
  /// Seconds that each `apply` took.
  public var applyTime = Summary()
  /// Seconds from the start to the end of the first `apply`.
  public var initialResyncSeconds: Double?
  /// `apply`s that left something undone.
  public var failedApplies = 0
  public var resyncs = 0
  public var sweeps = SweepTotals()
  public var tables = TableSize()
  /// Changes taken in, by kind.
  public var changes: [FollowedKind: Int] = [:]
  /// When the loop last finished something.
  public var lastActivity: ContinuousClock.Instant = .now
  /// Why each kind cannot be followed at the moment.
  public var failingKinds: [String: String] = [:]

  public init() {}
}

/// A count and a sum, as Prometheus' summaries have them, and the greatest value.
public struct Summary: Sendable, Equatable {
  public private(set) var count = 0
  public private(set) var sum = 0.0
  public private(set) var greatest = 0.0

  public init() {}

  public mutating func record(_ value: Double) {
    count += 1
    sum += value
    greatest = max(greatest, value)
  }
}

/// A status that tasks share.
public final class SharedStatus: Sendable {
  private let status = Mutex(AgentStatus())

  public init() {}

  public var value: AgentStatus { status.withLock { $0 } }
  public func update(_ body: @Sendable (inout AgentStatus) -> Void) { status.withLock { body(&$0) } }
}
