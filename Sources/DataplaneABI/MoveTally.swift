/// The one element of `cali_ct_move`: what a run of `conntrack_move` is to do, and what came of it.
public struct MoveTally: Sendable, Equatable, BitwiseCopyable {
  /// Only flows that nothing was seen of since then move; nanoseconds of CLOCK_MONOTONIC.
  public var silentSince: UInt64
  /// How many entries may still be looked at for moving in this run.
  public var quota: UInt64
  /// Entries that were moved.
  public var moved: UInt64
  /// Entries that the table they were to go to did not take.
  public var refused: UInt64

  @inlinable @inline(__always)
  public init(silentSince: UInt64, quota: UInt64, moved: UInt64 = 0, refused: UInt64 = 0) {
    self.silentSince = silentSince
    self.quota = quota
    self.moved = moved
    self.refused = refused
  }
}
