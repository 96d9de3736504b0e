import DataplaneABI
import KernelRuntime

/// Whether a packet that was dropped for `reason` has become the answer that its sender is due: a client of a service that
/// nobody answers for should not wait.
@inline(__always)
func answers(_ reason: Drop, _ buffer: SocketBuffer, _ scratch: UnsafeMutablePointer<Scratch>) -> Bool {
  guard
    reason == .noBackend || reason == .backendGone || reason == .serviceRefused || reason == .tooLongForTunnel
  else { return false }
  let isTooLong: UInt32 = reason == .tooLongForTunnel ? 1 : 0
  return buffer.etherType.rawValue == EtherType.ipv4.bigEndian
    ? IPv4.refuse(buffer, IPv4.scratchPacket(scratch), isTooLong)
    : IPv6.refuse(buffer, IPv6.scratchPacket(scratch), isTooLong)
}

extension IPFamily {
  /// Turns a packet into the answer that says so: a RST, an ABORT, or an ICMP error. False if it calls for none.
  @inline(never)
  static func refuse(_ buffer: SocketBuffer, _ packet: PacketPointer<Self>, _ isTooLong: UInt32) -> Bool {
    if isTooLong == 0 { packet.pointee.teller = packet.pointee.destination }
    // Nobody answers a group, or what was sent to one (RFC 1122 section 3.2.2).
    if isMulticast(packet.pointee.source) || wasSentToGroup(buffer) { return false }
    if isTooLong != 0 { return answerError(buffer, packet, tooBig, packet.pointee.longest) }
    return switch packet.pointee.proto {
    case IPProtocolNumber.tcp: answerReset(buffer, packet)
    case IPProtocolNumber.sctp: answerAbort(buffer, packet)
    // Pieces, and packets with options, are not worth it.
    case IPProtocolNumber.udp: packet.pointee.extended == 0 && answerError(buffer, packet, portUnreachable, 0)
    default: false
    }
  }

  /// Whether the frame went to more than one host, whatever its IP destination (IEEE 802: the address's first bit).
  @inline(__always) private static func wasSentToGroup(_ buffer: SocketBuffer) -> Bool {
    guard let ethernet = buffer.view().at(0, as: EthernetAddresses.self) else { return true }
    return ethernet.pointee.destination.half0 & UInt16(1).littleEndian != 0
  }
}
