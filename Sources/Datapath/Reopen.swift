import DataplaneABI
import KernelRuntime

extension IPFamily {
  /// The key of the other entry of a service flow.
  @inline(__always)
  static func companionKey(
    of key: ConntrackKey<Address>, _ entry: EntryPointer<Self>
  ) -> ConntrackKey<Address> {
    let openerIsA = entry.pointee.aToB.flags.has(.opener)
    return ConntrackKey(
      proto: UInt8(truncatingIfNeeded: key.proto), source: openerIsA ? key.addressA : key.addressB,
      sourcePort: openerIsA ? key.portA : key.portB, destination: entry.pointee.translation.address,
      destinationPort: entry.pointee.translation.port)
  }

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
    _ key: UnsafeMutablePointer<ConntrackKey<Address>>, _ entry: EntryPointer<Self>, _ now: UInt64
  ) -> Bool {
    let proto = UInt8(truncatingIfNeeded: key.pointee.proto)
    guard entry.pointee.translation.kind != .none else {
      guard isOver(entry, companion: nil, proto: proto, now: now) else { return false }
      conntrack.delete(key)
      return true
    }
    var otherKey = companionKey(of: key.pointee, entry)
    let companion = conntrack.lookup(&otherKey)
    let goesNowhere =
      entry.pointee.translation.kind == .destination && (companion == nil || !isCurrent(entry))
    guard goesNowhere || isOver(entry, companion: companion, proto: proto, now: now) else { return false }
    if companion != nil { conntrack.delete(&otherKey) }
    conntrack.delete(key)
    return true
  }
}
