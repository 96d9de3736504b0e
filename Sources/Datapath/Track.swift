import DataplaneABI
import KernelRuntime

extension IPFamily {
  /// The entry that `packet` belongs to: one look-up. Nil if there is none, or if the packet begins the flow anew.
  ///
  /// Whoever may not send from the packet's source must not end its flow either, so that is checked before.
  @inline(__always)
  static func find(_ packet: PacketPointer<Self>, from sender: Sender) throws(Drop) -> EntryPointer<Self>? {
    guard let entry = conntrack.lookup(packet.key()) else { return nil }
    if packet.pointee.isSYN || isForgotten(entry, packet) {
      _ = try checkSource(packet, from: sender)
      if reopen(packet.key(), packet, entry) { return nil }
    }
    return entry
  }

  /// Whether a client without connections returns to a service after so long that its backend is chosen anew.
  @inline(__always)
  private static func isForgotten(_ entry: EntryPointer<Self>, _ packet: PacketPointer<Self>) -> Bool {
    guard entry.pointee.translation.kind == .opener, packet.pointee.proto != IPProtocolNumber.tcp else {
      return false
    }
    guard let timeouts = Timeouts.current else { return false }
    return packet.pointee.now > entry.pointee.lastSeen &+ timeouts.pointee.udp
      && entry.leg(fromA: packet.pointee.sourceIsA).pointee.flags.has(.opener)
  }
}
