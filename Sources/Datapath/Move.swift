import DataplaneABI
import KernelRuntime

/// Moves flows from the other tables to the first ones, in which alone they are found once programs know only these.
@inline(__always) public func conntrackMove() {
  IPv4.loseCount()
  IPv6.loseCount()
  cali_v4_ct_2.forEach { _, key, entry, _ in
    IPv4.move(
      key.assumingMemoryBound(to: ConntrackKey<IPv4Address>.self),
      entry.assumingMemoryBound(to: ConntrackValue<IPv4Address>.self))
  }
  cali_v4_est_2.forEach { _, key, entry, _ in
    IPv4.moveKept(
      key.assumingMemoryBound(to: ConntrackKey<IPv4Address>.self),
      entry.assumingMemoryBound(to: ConntrackValue<IPv4Address>.self))
  }
  cali_v6_ct_2.forEach { _, key, entry, _ in
    IPv6.move(
      key.assumingMemoryBound(to: ConntrackKey<IPv6Address>.self),
      entry.assumingMemoryBound(to: ConntrackValue<IPv6Address>.self))
  }
  cali_v6_est_2.forEach { _, key, entry, _ in
    IPv6.moveKept(
      key.assumingMemoryBound(to: ConntrackKey<IPv6Address>.self),
      entry.assumingMemoryBound(to: ConntrackValue<IPv6Address>.self))
  }
}

extension MoveTally {
  @inline(__always) static var current: UnsafeMutablePointer<MoveTally>? {
    var first: UInt32 = 0
    return cali_ct_move.lookup(&first)
  }
}

extension IPFamily {
  /// One entry's turn: 1 ends the run.
  @inline(__always)
  static func move(_ key: KeyPointer<Self>, _ entry: EntryPointer<Self>) -> Int {
    guard let tally = MoveTally.current, tally.pointee.quota > 0 else { return 1 }
    guard entry.pointee.lastSeen <= tally.pointee.silentSince else { return 0 }
    tally.pointee.quota &-= 1
    let result = conntrack.update(key, entry, .create)
    guard note(result, tally) else { return 0 }
    // Somebody ended the flow meanwhile.
    if otherConntrack.delete(key) == .missing, result == .done { conntrack.delete(key) }
    return 0
  }

  @inline(__always)
  static func moveKept(_ key: KeyPointer<Self>, _ entry: EntryPointer<Self>) -> Int {
    guard let tally = MoveTally.current, tally.pointee.quota > 0 else { return 1 }
    tally.pointee.quota &-= 1
    let result = established.update(key, entry, .create)
    guard note(result, tally) else { return 0 }
    if otherEstablished.delete(key) == .missing, result == .done { established.delete(key) }
    return 0
  }

  /// Whether the entry need not stay where it is.
  @inline(__always)
  private static func note(_ result: MapResult, _ tally: UnsafeMutablePointer<MoveTally>) -> Bool {
    if result == .done { tally.pointee.moved &+= 1 }
    if result == .done || result == .exists { return true }
    tally.pointee.refused &+= 1
    return false
  }
}
