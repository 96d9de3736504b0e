/// Element of `cali_ct_sweep` (array of two: 0 is IPv4, 1 is IPv6): what the last sweep of the family's flows met.
public struct SweepTally: Sendable, BitwiseCopyable {
  /// When it began, nanoseconds of CLOCK_MONOTONIC.
  public var now: UInt64
  /// Entries there were, those that were removed included, each once.
  public var seen: UInt64
  /// Those of them whose flow went both ways; TCP's is established, which nobody reaches who forges a source.
  public var answered: UInt64
  /// TCP flows whose senders get a RST because their backend is gone, as of this sweep.
  public var told: UInt64
  /// How many sweeps there were.
  public var turn: UInt64
  /// Not 0 if each flow was held against the services; otherwise an eighth of them were.
  public var checkedServices: UInt64
  /// Entries removed, by `FlowEnd.rawValue`. A translated flow has two.
  public var ended: InlineArray<16, UInt64>

  @inlinable @inline(__always) public init(now: UInt64, turn: UInt64, checkedServices: UInt64 = 0) {
    self.now = now
    seen = 0
    answered = 0
    told = 0
    self.turn = turn
    self.checkedServices = checkedServices
    ended = InlineArray(repeating: 0)
  }
}
