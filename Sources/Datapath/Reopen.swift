import DataplaneABI
import KernelRuntime

extension IPFamily {
  /// Whether the flow of `entry` is over: reset, finished on both sides, or silent for too long.
  @inline(__always)
  static func isOver(
    _ entry: EntryPointer<Self>, companion: EntryPointer<Self>?,
    proto: UInt8, now: UInt64
  ) -> Bool {
    var seen = entry.seen()
    var finsOfA = entry.pointee.aToB.flags
    var finsOfB = entry.pointee.bToA.flags
    var lastSeen = entry.pointee.lastSeen
    if let companion {
      seen = seen | companion.seen()
      // The other end's key may sort differently, so put the two openers' legs together.
      let sameOrder = companion.pointee.aToB.flags.has(.opener) == finsOfA.has(.opener)
      finsOfA = finsOfA | (sameOrder ? companion.pointee.aToB.flags : companion.pointee.bToA.flags)
      finsOfB = finsOfB | (sameOrder ? companion.pointee.bToA.flags : companion.pointee.aToB.flags)
      if companion.pointee.lastSeen > lastSeen { lastSeen = companion.pointee.lastSeen }
    }
    if seen.has(.rstSeen) { return true }
    if finsOfA.has(.finSeen), finsOfB.has(.finSeen) { return true }
    return now > lastSeen &+ Timeout.of(proto, seen)
  }

  /// Whether a packet that may open a flow opens a new one although there is an entry. If so, the old flow is forgotten.
  @inline(never)
  static func reopen(
    _ key: KeyPointer<Self>, _ packet: PacketPointer<Self>, _ entry: EntryPointer<Self>
  ) -> Bool {
    let (proto, now) = (packet.pointee.proto, packet.pointee.now)
    guard entry.pointee.translation.kind != .none else {
      guard isOver(entry, companion: nil, proto: proto, now: now) else { return false }
      conntrack.delete(key)
      return true
    }
    let otherKey: KeyPointer<Self> = packet.otherKey()
    setKey(otherKey, withUnsafeMutablePointer(to: &entry.pointee.translation.tuple) { $0 }, proto)
    let companion = conntrack.lookup(otherKey)
    let goesNowhere =
      entry.pointee.translation.kind == .opener
      && (companion == nil || (entry.pointee.translation.backend.id != 0 && !isCurrent(entry)))
    guard goesNowhere || isOver(entry, companion: companion, proto: proto, now: now) else { return false }
    if companion != nil { conntrack.delete(otherKey) }
    conntrack.delete(key)
    return true
  }
}
