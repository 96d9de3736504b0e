import DataplaneABI
import KernelRuntime

extension IPFamily {
  /// The entry that `packet` belongs to: one look-up. Nil if the packet begins a flow.
  ///
  /// Whoever may not send from the packet's source must not end its flow either, so that is checked before.
  @inline(__always)
  static func find(_ packet: PacketPointer<Self>, from sender: Sender) throws(Drop) -> EntryPointer<Self>? {
    guard var entry = flow(packet.key()) else { return nil }
    // Flags are chosen, not legs: the verifier would follow all that comes of a leg once for each of the two.
    let (a, b) = (entry.pointee.aToB.flags, entry.pointee.bToA.flags)
    let own = packet.pointee.sourceIsA ? a : b
    if isSpecial(packet, a | b) || packet.pointee.proto != IPProtocolNumber.tcp && isUnusual(entry, packet, own) {
      if try stepsAside(entry, packet, sender) {
        guard let its = flow(packet.key()) else { return nil }
        entry = its
      }
      guard try attend(entry, packet, sender) else { return nil }
    } else if packet.pointee.tcpFlags & TCPFlags.ack != 0 {
      try checkNewcomer(entry, packet, sender)
      if own.isUnconfirmedOpener { confirm(entry, packet) }
      entry.leg(fromA: packet.pointee.sourceIsA).pointee.acknowledged = packet.pointee.acknowledgement
    }
    return entry
  }

  /// Whether a packet is not like others of its connection, or that has something unusual about it.
  @inline(__always)
  private static func isSpecial(_ packet: PacketPointer<Self>, _ seen: LegFlags) -> Bool {
    packet.pointee.tcpFlags & (TCPFlags.syn | TCPFlags.fin | TCPFlags.rst) != 0
      || seen.rawValue & (LegFlags.backendGone.rawValue | LegFlags.shared.rawValue) != 0
  }

  /// Whether a packet without connections, going in a leg with the flags `own`, does not simply belong to the flow: it may be
  /// another's, or that of a client that returns to a service after so long that its backend is chosen anew.
  @inline(__always)
  private static func isUnusual(_ entry: EntryPointer<Self>, _ packet: PacketPointer<Self>, _ own: LegFlags) -> Bool {
    let kind = entry.pointee.translation.kind
    guard kind != .none, own.has(.opener) else { return false }
    guard kind != .answers, let timeouts = Timeouts.current else { return true }
    return packet.pointee.now > entry.pointee.lastSeen &+ timeouts.pointee.udp
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
  static func recheck(
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
    if packet.pointee.mayOpen {
      try recheck(entry, packet, sender)
      if reopen(packet.key(), packet, entry) { return false }
    }
    if packet.pointee.tcpFlags & TCPFlags.rst != 0 {
      if !isPlausible(reset: packet, entry) {
        packet.pointee.tcpFlags &= ~TCPFlags.rst
        count(.doubtfulReset, packet.pointee.interfaceIndex, sender.hook)
      }
      noteEnd(packet)
      return true
    }
    let leg = entry.leg(fromA: packet.pointee.sourceIsA)
    if packet.pointee.tcpFlags & TCPFlags.syn != 0 { leg.pointee.initialSequence = packet.pointee.sequence }
    if packet.pointee.tcpFlags & TCPFlags.ack != 0 {
      if leg.pointee.flags.isUnconfirmedOpener { confirm(entry, packet) }
      leg.pointee.acknowledged = packet.pointee.acknowledgement
    }
    noteEnd(packet)
    if leg.pointee.flags.has(.backendGone) { throw .backendGone }
    return true
  }
}
