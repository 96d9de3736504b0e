import DataplaneABI

/// What one sweep of the flows of both families did.
public struct SweepReport: Sendable, Equatable {
  /// Entries that are left.
  public var used: UInt64
  /// Entries removed, by reason; every reason is there.
  public var ended: [FlowEnd: UInt64]
  /// TCP flows whose sender is told that their backend is gone.
  public var told: UInt64
  /// How long the program ran.
  public var duration: Duration

  public init(_ tallies: [SweepTally], duration: Duration) {
    ended = Dictionary(uniqueKeysWithValues: FlowEnd.allCases.map { ($0, 0) })
    for end in FlowEnd.allCases {
      for tally in tallies { ended[end, default: 0] &+= tally.ended[Int(end.rawValue)] }
    }
    told = tallies.reduce(0) { $0 &+ $1.told }
    // The second entry of a flow may go before the sweep meets it, so that fewer may be seen than went.
    let seen = tallies.reduce(0) { $0 &+ $1.seen }
    let gone = ended.values.reduce(0, &+)
    used = seen > gone ? seen - gone : 0
    self.duration = duration
  }

  /// Entries removed.
  public var cleaned: UInt64 { ended.values.reduce(0, &+) }
  /// Those of them that led where they should not any more.
  public var stale: UInt64 { ended[.backendGone, default: 0] &+ ended[.serviceSince, default: 0] }
}
