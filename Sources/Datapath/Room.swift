import DataplaneABI
import KernelRuntime

// An LRU table that never was full has given up nothing. As long as that is known, what is kept of connections (`Keep.swift`) is
// in the conntrack table, too, and a new flow need not look for it in both.
//
// Known is an upper bound of the entries: those that a sweep has counted, and all that were made since it began. The table is taken
// for full long before it is (`ConntrackRoom.places`), so whoever reads here that nothing was given up has thousands of entries'
// time to act on it. Once it may have been full, it takes a sweep that finds an entry for each kept connection, in a table
// that has had room from the sweep before on, to know it again.

extension IPFamily {
  /// The family's element of `cali_ct_room`.
  @inline(__always) static var room: UnsafeMutablePointer<ConntrackRoom>? {
    var index: UInt32 = Address.bitWidth == 32 ? 0 : 1
    return cali_ct_room.lookup(&index)
  }

  /// Whether there may be a connection that is kept and has no entry in the conntrack table.
  @inline(__always) static var mayHaveGivenUp: Bool {
    guard !Kernel.isResizing, let room else { return true }
    return room.pointee.isComplete == 0
  }

  /// An entry is about to be made.
  @inline(never)
  static func takeRoom() {
    guard let scratch = Scratch.current else { return }
    let own = scratchRoom(scratch)
    if own.pointee > 0 {
      own.pointee &-= 1
      return
    }
    guard let room else { return }
    Kernel.take(Int64(ConntrackRoom.batch), from: withUnsafeMutablePointer(to: &room.pointee.left) { $0 })
    if room.pointee.left < 0 { room.pointee.isComplete = 0 }
    own.pointee = ConntrackRoom.batch &- 1
  }

  /// Entries come and go that nobody counts.
  @inline(__always)
  static func loseCount() {
    guard let room, room.pointee.isCounted != 0 else { return }
    room.pointee.isCounted = 0
    room.pointee.isComplete = 0
  }

  /// A sweep begins.
  @inline(__always)
  static func beginCount() {
    guard let room else { return }
    room.pointee.atStart = room.pointee.left
    room.pointee.missing = 0
  }

  /// Whether a sweep might find that every connection that is kept has its entry again.
  @inline(__always) static var looksForMissing: Bool {
    guard let room else { return false }
    return room.pointee.isComplete == 0 && room.pointee.isCounted != 0 && room.pointee.atStart >= 0
  }

  /// A sweep has found a connection that is kept and has no entry.
  @inline(__always)
  static func noteMissing() {
    guard let room else { return }
    room.pointee.missing = 1
    room.pointee.isComplete = 0
  }

  /// A sweep ends. There are no entries but those that it saw, and those made since it began, which were taken from `left`.
  @inline(__always)
  static func countRoom(_ request: SweepRequest) {
    guard !Kernel.isResizing, request.places != 0, let room, let tally else { return }
    if room.pointee.left >= 0, looksForMissing, room.pointee.missing == 0 { room.pointee.isComplete = 1 }
    // Somebody may just have taken the last of it.
    if room.pointee.left < 0 { room.pointee.isComplete = 0 }
    let taken = Int64(bitPattern: tally.pointee.seen) &+ room.pointee.atStart &- Int64(request.places)
    Kernel.take(taken, from: withUnsafeMutablePointer(to: &room.pointee.left) { $0 })
    if room.pointee.left < 0 { room.pointee.isComplete = 0 }
    room.pointee.isCounted = 1
  }
}
