import DataplaneABI

/// What one sweep of the flows of both families did.
public struct SweepReport: Sendable, Equatable {
  /// Entries that are left.
  public var used: UInt64
  /// Entries removed, by reason; every reason is there.
  public var ended: [FlowEnd: UInt64]
  /// TCP flows whose sender is told that their backend is gone.
  public var told: UInt64
  /// How full it left the conntrack tables, of IPv4 and of IPv6.
  public var fills: [TableFill]
  /// How long the program ran.
  public var duration: Duration

  /// - Parameters:
  ///   - tallies: of both families.
  ///   - capacity: entries that each family's conntrack table is made for.
  public init(_ tallies: [SweepTally], capacity: UInt32 = 0, duration: Duration) {
    ended = Dictionary(uniqueKeysWithValues: FlowEnd.allCases.map { ($0, 0) })
    for end in FlowEnd.allCases {
      for tally in tallies { ended[end, default: 0] &+= tally.ended[Int(end.rawValue)] }
    }
    told = tallies.reduce(0) { $0 &+ $1.told }
    fills = tallies.map { TableFill($0, capacity: capacity) }
    used = fills.reduce(0) { $0 &+ $1.used }
    self.duration = duration
  }

  /// Entries removed.
  public var cleaned: UInt64 { ended.values.reduce(0, &+) }
  /// Those of them that led where they should not any more.
  public var stale: UInt64 { ended[.backendGone, default: 0] &+ ended[.serviceSince, default: 0] }
}

/// How full a conntrack table is after a sweep.
public struct TableFill: Sendable, Equatable {
  /// Entries it is made for.
  public var capacity: UInt32
  /// Entries that are left.
  public var used: UInt64
  /// Entries, those that the sweep removed included, of flows that went both ways, TCP's established.
  public var answered: UInt64

  public init(capacity: UInt32, used: UInt64, answered: UInt64) {
    self.capacity = capacity
    self.used = used
    self.answered = answered
  }

  init(_ tally: SweepTally, capacity: UInt32) {
    let gone = tally.ended.indices.reduce(UInt64(0)) { $0 &+ tally.ended[$1] }
    self.init(capacity: capacity, used: tally.seen > gone ? tally.seen - gone : 0, answered: tally.answered)
  }
}
