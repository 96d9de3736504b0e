import DataplaneABI

/// How far the moving of flows is: what the next run of `conntrack_move` is to do, and whether there is one.
///
/// A run goes through the old tables from their beginning until it has looked at as many entries as it may. The end is reached
/// when one has gone through all of them and found nothing to move; that it moved nothing alone says little, for entries that
/// are there already, or find no place, count as looked at, too.
struct MoveProgress {
  private(set) var total = Moved()
  private let quota: UInt64
  /// Flows that were silent for a while go first: a table that is too small for all then gives up those.
  private var silentSince: UInt64
  /// Entries that the next run may look at.
  private var limit: UInt64
  private var runsLeft: UInt64

  /// - Parameters:
  ///   - silentSince: flows that nothing was seen of since then go first; nanoseconds of CLOCK_MONOTONIC.
  ///   - quota: entries that one run looks at.
  ///   - capacity: entries that the old tables have room for.
  init(silentSince: UInt64, quota: UInt64, capacity: UInt64) {
    self.silentSince = silentSince
    self.quota = max(quota, 1)
    limit = self.quota
    // Each of two rounds takes `capacity / quota` runs, and as many again if all is refused. The rest is for what comes late.
    runsLeft = 32 + 4 * (capacity / self.quota)
  }

  /// What the next run is to do.
  ///
  /// - Throws: when entries came in faster than they went for far longer than what there was could take.
  mutating func next() throws(DataplaneFailure) -> MoveTally {
    guard runsLeft > 0 else {
      throw DataplaneFailure(
        subject: "conntrack tables",
        reason:
          "after \(total.moved) entries there are still new ones in those that are to go: some program that is not known here makes them"
      )
    }
    runsLeft -= 1
    return MoveTally(silentSince: silentSince, quota: limit)
  }

  /// Takes in what became of the run. Returns whether it was the last.
  mutating func record(_ tally: MoveTally) -> Bool {
    total.moved &+= tally.moved
    total.refused = tally.refused
    let isWholeTable = tally.quota > 0
    let looked = limit &- tally.quota
    // What stays where it is must not keep the next run from what comes after it.
    limit = quota &+ tally.refused
    guard isWholeTable else { return false }
    limit = quota
    guard silentSince == .max else {
      silentSince = .max
      return false
    }
    return looked == tally.refused
  }
}
