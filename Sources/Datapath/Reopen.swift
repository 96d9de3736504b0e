import DataplaneABI
import KernelRuntime

extension IPFamily {
  /// Whether a packet that may open a flow opens a new one although there is an entry. If so, the old flow is forgotten.
  @inline(never)
  static func reopen(
    _ key: KeyPointer<Self>, _ packet: PacketPointer<Self>, _ entry: EntryPointer<Self>
  ) -> Bool {
    let (proto, now) = (packet.pointee.proto, packet.pointee.now)
    guard entry.pointee.translation.kind.hasCompanion else {
      let leadsOn = entry.pointee.translation.kind == .none || takesNew(packet, entry)
      guard !leadsOn || end(of: entry, companion: nil, proto: proto, now: now, newcomer: true) != nil else {
        return false
      }
      _ = forget(key)
      return true
    }
    let otherKey: KeyPointer<Self> = packet.otherKey()
    setCompanionKey(otherKey, of: entry, proto)
    let companion = flow(otherKey)
    let goesNowhere = entry.pointee.translation.kind == .opener && (companion == nil || !takesNew(packet, entry))
    let isOver = end(of: entry, companion: companion, proto: proto, now: now, newcomer: true) != nil
    guard goesNowhere || isOver else { return false }
    _ = forget(otherKey)
    _ = forget(key)
    return true
  }

  /// Whether new connections still go where the entry leads; they do if that is no service's backend.
  @inline(__always)
  private static func takesNew(_ packet: PacketPointer<Self>, _ entry: EntryPointer<Self>) -> Bool {
    guard entry.pointee.translation.backend.id != 0 else { return true }
    return membership(entry, packet.memberKey())?.has(.takesNew) ?? false
  }
}
