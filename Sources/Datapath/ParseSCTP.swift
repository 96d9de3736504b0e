import DataplaneABI
import KernelRuntime

// To conntrack an SCTP association is much like a TCP connection, so what its packets say is noted in TCP's words:
//
// | First chunk | `tcpFlags` | `sequence` | `acknowledgement` |
// |---|---|---|---|
// | INIT | SYN | the tag that its sender wants to see | 0 |
// | INIT ACK | SYN, ACK | the same | the tag that the other side wants to see |
// | COOKIE ECHO, COOKIE ACK | SYN, ACK | 0 | the same |
// | ABORT, SHUTDOWN COMPLETE | RST, and PSH where the tag is the sender's own | 0 | the tag |
// | any other | none | 0 | the tag |

extension IPFamily {
  /// Reads the SCTP header at `transport`. Of a first fragment the lengths are those of the whole packet.
  @inline(never)
  static func parseSCTP(_ buffer: SocketBuffer, _ packet: PacketPointer<Self>) throws(Drop) {
    let view = buffer.view()
    let offset = packet.pointee.transport
    guard packet.pointee.payload >= 16, let header = view.at(variable: offset, as: SCTPHeader.self) else {
      throw .truncated
    }
    let chunk = header.pointee.chunk
    packet.pointee.tuple.sourcePort = header.pointee.sourcePort
    packet.pointee.tuple.destinationPort = header.pointee.destinationPort
    packet.pointee.acknowledgement = header.pointee.verificationTag
    packet.pointee.tcpFlags = signs(of: chunk, header.pointee.chunkFlags)
    packet.pointee.sequence = 0
    guard chunk == .initiation || chunk == .initiationAck else { return }
    guard packet.pointee.payload >= 20, let tag = view.at(variable: offset &+ 16, as: UInt32.self) else {
      throw .truncated
    }
    packet.pointee.sequence = tag.pointee
  }

  @inline(__always) private static func signs(of chunk: SCTPChunk, _ flags: UInt8) -> UInt8 {
    switch chunk {
    case .initiation: TCPFlags.syn
    case .initiationAck, .cookieEcho, .cookieAck: TCPFlags.syn | TCPFlags.ack
    case .abort, .shutdownComplete:
      flags & SCTPHeader.reflectedTag != 0 ? TCPFlags.rst | TCPFlags.psh : TCPFlags.rst
    default: 0
    }
  }

  /// Whether an ABORT or a SHUTDOWN COMPLETE has the tag that its receiver knows it by: the receiver's, or the sender's own
  /// (RFC 9260 section 8.5.1). `own` is the leg that it goes, `other` that of what it answers.
  @inline(__always)
  static func knowsTag(
    _ packet: PacketPointer<Self>, _ own: UnsafeMutablePointer<ConntrackLeg>,
    _ other: UnsafeMutablePointer<ConntrackLeg>
  ) -> Bool {
    let tag = packet.pointee.acknowledgement
    guard tag != 0 else { return false }
    return packet.pointee.tcpFlags & TCPFlags.psh == 0
      ? tag == own.pointee.acknowledged || tag == other.pointee.initialSequence
      : tag == other.pointee.acknowledged || tag == own.pointee.initialSequence
  }
}
