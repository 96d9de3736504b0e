import DataplaneABI
import KernelRuntime

extension IPFamily {
  /// Turns an SCTP packet into the ABORT that its sender is due (RFC 9260 sections 5.1 and 8.4), in the name of the address it was sent
  /// to. False if it calls for none.
  @inline(__always)
  static func answerAbort(_ buffer: SocketBuffer, _ packet: PacketPointer<Self>) -> Bool {
    let hasPlainHeader = packet.pointee.transport == UInt32(truncatingIfNeeded: transportOffset)
    guard packet.pointee.fragment == .whole, hasPlainHeader, packet.pointee.tcpFlags & TCPFlags.rst == 0,
      let sctp = turnBack(buffer, packet, as: SCTPHeader.self)
    else { return false }
    write(sctp, packet)
    return true
  }

  /// Whoever asks for an association has named the tag that it wants to see; of any other only its own is known.
  @inline(__always)
  private static func write(_ sctp: UnsafeMutablePointer<SCTPHeader>, _ packet: PacketPointer<Self>) {
    let isAsked = packet.pointee.tcpFlags == TCPFlags.syn
    let tag = isAsked ? packet.pointee.sequence : packet.pointee.acknowledgement
    let flags = isAsked ? 0 : SCTPHeader.reflectedTag
    let ports =
      UInt32(packet.pointee.destinationPort.rawValue) | UInt32(packet.pointee.sourcePort.rawValue) &<< 16
    sctp.pointee.sourcePort = packet.pointee.destinationPort
    sctp.pointee.destinationPort = packet.pointee.sourcePort
    sctp.pointee.verificationTag = tag
    sctp.pointee.chunk = .abort
    sctp.pointee.chunkFlags = flags
    sctp.pointee.chunkLength = BigEndian16(4)
    var sum = CRC32C.advance(ports ^ .max)
    sum = CRC32C.advance(sum ^ tag)
    sum = CRC32C.advance(sum)
    let chunk = UInt32(SCTPChunk.abort.rawValue) | UInt32(flags) &<< 8 | UInt32(BigEndian16(4).rawValue) &<< 16
    sctp.pointee.checksum = ~CRC32C.advance(sum ^ chunk)
  }
}
