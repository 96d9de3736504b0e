/// When conntrack tables are full enough to be doubled, which is what `bpfMapSizeConntrackScaling: DoubleIfFull` asks for.
public enum ConntrackGrowth {
  /// What a look at the tables after a sweep comes to.
  public enum Verdict: Sendable, Equatable {
    case hasRoom
    case full
    /// Full, but for the most part of flows that nobody answered: a flood, which no size would be enough for.
    case flooded
  }

  /// Free entries that an LRU table keeps for each CPU (LOCAL_FREE_TARGET in kernel/bpf/bpf_lru_list.c). It gives up the oldest
  /// entries although other CPUs have some.
  static let spareForEachCPU: UInt64 = 128

  public static func verdict(_ fill: TableFill, possibleCPUs: Int) -> Verdict {
    guard isFull(fill, possibleCPUs) else { return .hasRoom }
    return fill.answered > fill.used / 2 ? .full : .flooded
  }

  /// Over nine tenths of what it can hold. Kernels from 6.16 on keep less back in small tables: half is always in use.
  private static func isFull(_ fill: TableFill, _ possibleCPUs: Int) -> Bool {
    let capacity = UInt64(fill.capacity)
    let spare = min(capacity / 2, spareForEachCPU * UInt64(max(possibleCPUs, 1)))
    return capacity > 0 && fill.used > (capacity - spare) / 10 * 9
  }
}

/// A size that conntrack tables grew to, as `cali_ct_size` remembers it.
public struct GrownSize: Sendable, Hashable, BitwiseCopyable {
  /// Entries that the settings asked for then. What they ask for else counts again.
  public var configured: UInt32
  /// Entries that the tables grew to.
  public var entries: UInt32

  public init(configured: UInt32, entries: UInt32) {
    self.configured = configured
    self.entries = entries
  }
}
