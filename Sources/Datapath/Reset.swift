import DataplaneABI
import KernelRuntime

extension IPFamily {
  /// Whether a RST, or what ends an SCTP association, may be what it says, judged by what the other side has sent. Its receiver
  /// checks more exactly (RFC 9293 section 3.10.7, RFC 5961 section 3); what is passed over here would have ended a flow that goes
  /// on.
  @inline(__always)
  static func isPlausible(reset packet: PacketPointer<Self>, _ entry: EntryPointer<Self>) -> Bool {
    let fromA = packet.pointee.sourceIsA
    let own = entry.leg(fromA: fromA)
    var other = entry.leg(fromA: !fromA)
    // Nothing to compare with: the backend's node judges.
    if own.pointee.flags.has(.answeredElsewhere) { return false }
    if entry.pointee.translation.kind.hasCompanion {
      // The other side's packets are in the other entry.
      let otherKey: KeyPointer<Self> = packet.otherKey()
      setCompanionKey(otherKey, of: entry, packet.pointee.proto)
      guard let companion = flow(otherKey) else { return false }
      let openerIsA = companion.pointee.aToB.flags.has(.opener)
      other = companion.leg(fromA: own.pointee.flags.has(.opener) ? !openerIsA : openerIsA)
    }
    if packet.pointee.proto == IPProtocolNumber.sctp { return knowsTag(packet, own, other) }
    let sequence = packet.pointee.sequence.bigEndian
    if other.pointee.flags.has(.ackSeen) {
      return sequence &- other.pointee.acknowledged.bigEndian <= largestPlainWindow
    }
    if own.pointee.flags.has(.synSeen) {
      // Whoever asked for the connection gives up.
      return sequence &- own.pointee.initialSequence.bigEndian <= 1
    }
    // The answer to a SYN.
    return packet.pointee.tcpFlags & TCPFlags.ack != 0
      && packet.pointee.acknowledgement.bigEndian == other.pointee.initialSequence.bigEndian &+ 1
  }

  /// How far ahead of the last acknowledgement a RST may be: what was sent and not yet acknowledged, without window scaling.
  @inline(__always) private static var largestPlainWindow: UInt32 { 65535 }
}
