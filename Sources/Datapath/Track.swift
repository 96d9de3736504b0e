import DataplaneABI
import KernelRuntime

extension IPFamily {
  /// The entry that `packet` belongs to: one look-up. Nil if the packet begins a flow.
  ///
  /// Whoever may not send from the packet's source must not end its flow either, so that is checked before.
  @inline(__always)
  static func find(_ packet: PacketPointer<Self>, from sender: Sender) throws(Drop) -> EntryPointer<Self>? {
    guard let entry = flow(packet.key()) else { return nil }
    // Flags are chosen, not legs: the verifier would follow all that comes of a leg once for each of the two.
    let (a, b) = (entry.pointee.aToB.flags, entry.pointee.bToA.flags)
    let isSpecial = packet.pointee.tcpFlags & (TCPFlags.syn | TCPFlags.rst) != 0 || (a | b).has(.backendGone)
    if isSpecial || isForgotten(entry, packet) {
      guard try attend(entry, packet, sender) else { return nil }
    } else if packet.pointee.tcpFlags & TCPFlags.ack != 0 {
      try checkNewcomer(entry, packet, sender)
      if (packet.pointee.sourceIsA ? a : b).isUnconfirmedOpener { confirm(entry, packet) }
      entry.leg(fromA: packet.pointee.sourceIsA).pointee.acknowledged = packet.pointee.acknowledgement
    }
    return entry
  }

  /// Whether a packet that comes in by another interface than its flow's may have its source: what it acknowledges is not
  /// noted before that.
  @inline(__always)
  private static func checkNewcomer(
    _ entry: EntryPointer<Self>, _ packet: PacketPointer<Self>, _ sender: Sender
  ) throws(Drop) {
    guard sender != .host else { return }
    let (a, b) = (entry.pointee.aToB.arrivalInterface, entry.pointee.bToA.arrivalInterface)
    guard (packet.pointee.sourceIsA ? a : b) != packet.pointee.arrival else { return }
    try recheck(entry, packet, sender)
  }

  /// The rare part of it, which the verifier looks at once.
  @inline(never)
  private static func recheck(
    _ entry: EntryPointer<Self>, _ packet: PacketPointer<Self>, _ sender: Sender
  ) throws(Drop) {
    _ = try checkSource(
      packet, from: sender,
      isRelayedAnswer: isRelayedAnswer(packet, entry, fromA: packet.pointee.sourceIsA))
  }

  /// The entry that was just made, or put back, for `packet`.
  @inline(__always)
  static func opened(_ packet: PacketPointer<Self>) -> EntryPointer<Self>? {
    guard let entry = flow(packet.key()) else { return nil }
    if packet.pointee.isSYN {
      entry.leg(fromA: packet.pointee.sourceIsA).pointee.initialSequence = packet.pointee.sequence
    }
    return entry
  }

  /// The packets of an established flow that are not like the others. False if the flow is over and this one begins another.
  @inline(never)
  private static func attend(
    _ entry: EntryPointer<Self>, _ packet: PacketPointer<Self>, _ sender: Sender
  ) throws(Drop) -> Bool {
    try checkNewcomer(entry, packet, sender)
    if packet.pointee.mayOpenAnew {
      try recheck(entry, packet, sender)
      if reopen(packet.key(), packet, entry) { return false }
    }
    if packet.pointee.tcpFlags & TCPFlags.rst != 0 {
      if !isPlausible(reset: packet, entry) {
        packet.pointee.tcpFlags &= ~TCPFlags.rst
        count(.doubtfulReset, packet.pointee.interfaceIndex, sender.hook)
      }
      return true
    }
    let leg = entry.leg(fromA: packet.pointee.sourceIsA)
    if packet.pointee.tcpFlags & TCPFlags.syn != 0 { leg.pointee.initialSequence = packet.pointee.sequence }
    if packet.pointee.tcpFlags & TCPFlags.ack != 0 { leg.pointee.acknowledged = packet.pointee.acknowledgement }
    if leg.pointee.flags.has(.backendGone) { throw .backendGone }
    return true
  }

  /// Whether a client without connections returns to a service after so long that its backend is chosen anew.
  @inline(__always)
  private static func isForgotten(_ entry: EntryPointer<Self>, _ packet: PacketPointer<Self>) -> Bool {
    let kind = entry.pointee.translation.kind
    guard kind == .opener || kind == .relayed, packet.pointee.proto != IPProtocolNumber.tcp else {
      return false
    }
    guard let timeouts = Timeouts.current else { return false }
    return packet.pointee.now > entry.pointee.lastSeen &+ timeouts.pointee.udp
      && entry.pointee.aToB.flags.has(.opener) == packet.pointee.sourceIsA
  }
}
