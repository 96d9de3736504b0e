/// Element of `cali_ct_room` (array of two: 0 is IPv4, 1 is IPv6): whether the family's conntrack table may have given up an entry.
///
/// An LRU table that is not full gives nothing up. So new entries are counted down from the places that were free when a sweep
/// last counted them. All zero is: nobody knows.
public struct ConntrackRoom: Sendable, Equatable, BitwiseCopyable {
  /// New entries until the table may be full. Programs on each CPU take `batch` at once.
  public var left: Int64
  /// `left` when the last sweep began.
  public var atStart: Int64
  /// Connections that the last sweep found to be kept (`cali_v4_ct_est`) and to have no entry.
  public var missing: UInt32
  /// 1 once a sweep has counted all entries.
  public var isCounted: UInt32
  /// 1 while each connection that is kept has its entry in the conntrack table.
  public var isComplete: UInt32
  public var padding: UInt32 = 0

  /// New entries that a CPU may make without looking at what the others have left.
  @inlinable @inline(__always) public static var batch: UInt32 { 64 }

  @inlinable @inline(__always)
  public init(left: Int64 = 0, atStart: Int64 = 0, missing: UInt32 = 0, isCounted: UInt32 = 0, isComplete: UInt32 = 0) {
    self.left = left
    self.atStart = atStart
    self.missing = missing
    self.isCounted = isCounted
    self.isComplete = isComplete
  }

  /// How many entries a table can have before it gives one up, by far enough for what counts inexactly: a sixteenth of all for
  /// those that a sweep may miss while others come and go; and for each CPU, twice over, 128 free places that the table sets
  /// aside for it, and a batch. 0 for a table so small that nothing is left.
  ///
  /// - Parameter capacity: entries that the table is made for.
  public static func places(capacity: UInt32, possibleCPUs: Int) -> UInt32 {
    let (capacity, cpus) = (UInt64(capacity), UInt64(max(possibleCPUs, 1)))
    let spare = capacity / 16 + 2 * cpus * (128 + UInt64(batch))
    return capacity > spare ? UInt32(min(capacity - spare, SweepRequest.mostPlaces)) : 0
  }
}

/// What a run of `conntrack_sweep` is told, one word.
public struct SweepRequest: RawRepresentable, Sendable, Equatable, BitwiseCopyable {
  public var rawValue: UInt32
  @inlinable @inline(__always) public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// - Parameter places: `ConntrackRoom.places` of each family's table; 0 if the sweep is not to say that nothing was given up.
  @inlinable @inline(__always)
  public init(servicesChanged: Bool, places: UInt32 = 0) {
    rawValue = places &<< 1 | (servicesChanged ? 1 : 0)
  }

  /// What fits the word.
  static let mostPlaces: UInt64 = 0x7fff_ffff

  /// Whether each flow is held against the services.
  @inlinable @inline(__always) public var servicesChanged: Bool { rawValue & 1 != 0 }
  @inlinable @inline(__always) public var places: UInt32 { rawValue &>> 1 }
}
