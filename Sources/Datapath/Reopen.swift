import DataplaneABI
import KernelRuntime

extension IPFamily {
  /// Whether a packet that may open a flow opens a new one although there is an entry. If so, the old flow is forgotten.
  @inline(never)
  static func reopen(
    _ key: KeyPointer<Self>, _ packet: PacketPointer<Self>, _ entry: EntryPointer<Self>
  ) -> Bool {
    let (proto, now) = (packet.pointee.proto, packet.pointee.now)
    guard entry.pointee.translation.kind != .none else {
      guard end(of: entry, companion: nil, proto: proto, now: now, newcomer: true) != nil else { return false }
      conntrack.delete(key)
      return true
    }
    let otherKey: KeyPointer<Self> = packet.otherKey()
    setKey(otherKey, withUnsafeMutablePointer(to: &entry.pointee.translation.tuple) { $0 }, proto)
    let companion = conntrack.lookup(otherKey)
    let goesNowhere =
      entry.pointee.translation.kind == .opener
      && (companion == nil || (entry.pointee.translation.backend.id != 0 && !isCurrent(entry)))
    let isOver = end(of: entry, companion: companion, proto: proto, now: now, newcomer: true) != nil
    guard goesNowhere || isOver else { return false }
    if companion != nil { conntrack.delete(otherKey) }
    conntrack.delete(key)
    return true
  }
}
