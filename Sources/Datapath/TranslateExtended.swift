import DataplaneABI
import KernelRuntime

extension IPFamily {
  /// `translate` for a packet whose transport header is elsewhere than usual, or SCTP's, or that has none: a later fragment,
  /// whose checksum is in the first. Views end.
  @inline(never)
  static func translateExtended(
    _ buffer: SocketBuffer, _ packet: PacketPointer<Self>, _ entry: EntryPointer<Self>
  ) throws(Drop) {
    let translation = entry.translation()
    let hasTransport = !packet.pointee.isLaterFragment
    if hasTransport { try mendTransport(buffer, packet, entry) }
    let view = buffer.view()
    guard let header = view.at(headerOffset, as: Header.self) else { throw .rewriteFailed }
    setAddresses(header, translation.pointee.tuple.source, translation.pointee.tuple.destination)
    guard hasTransport else { return }
    let offset = packet.pointee.transport
    if packet.pointee.hasPorts {
      guard let ports = view.at(variable: offset, as: Ports.self) else { throw .rewriteFailed }
      ports.pointee.source = translation.pointee.tuple.sourcePort
      ports.pointee.destination = translation.pointee.tuple.destinationPort
    } else if packet.pointee.kind == .echo {
      guard let message = view.at(variable: offset, as: ICMPHeader.self) else { throw .rewriteFailed }
      message.pointee.identifier = translation.pointee.tuple.sourcePort
    }
  }

  @inline(__always)
  private static func mendTransport(
    _ buffer: SocketBuffer, _ packet: PacketPointer<Self>, _ entry: EntryPointer<Self>
  ) throws(Drop) {
    if packet.pointee.proto == IPProtocolNumber.sctp { return try mendSCTP(buffer, packet, entry) }
    let translation = entry.translation()
    let offset = Int(packet.pointee.transport & PacketView.furthest)
    if packet.pointee.hasPorts {
      let isTCP = packet.pointee.proto == IPProtocolNumber.tcp
      try mendChecksum(
        buffer, at: offset &+ (isTCP ? 16 : 6), translation, isTCP ? 0 : L4ChecksumFlags.zeroIsNone.rawValue)
    } else if packet.pointee.kind == .echo {
      try mendEchoChecksum(buffer, at: offset &+ 2, translation)
    }
  }
}
