import DataplaneABI
import KernelRuntime

extension IPFamily {
  /// Whether the entry translates a packet that goes in `leg`.
  @inline(__always)
  static func translates(
    _ entry: EntryPointer<Self>, _ leg: UnsafeMutablePointer<ConntrackLeg>
  ) throws(Drop) -> Bool {
    let kind = entry.pointee.translation.kind
    if kind == .none { return false }
    let isOpener = leg.pointee.flags.has(.opener)
    if kind == .opener { return isOpener }
    if kind == .relayed { return false }
    if !isOpener { return true }
    // It belongs to another flow, which nobody knew of: what comes next is looked at closely.
    leg.pointee.flags = leg.pointee.flags | .shared
    throw .natCollision
  }

  /// Puts the translation's addresses and ports into the packet and mends the transport checksum; the IP checksum is left
  /// to `finish`. Renews `view`.
  @inline(__always)
  static func translate(
    _ buffer: SocketBuffer, _ view: inout PacketView, _ packet: PacketPointer<Self>, _ entry: EntryPointer<Self>
  ) throws(Drop) {
    if packet.pointee.extended != 0 {
      try translateExtended(buffer, packet, entry)
      view = buffer.view()
      return
    }
    let translation = entry.translation()
    if packet.pointee.hasPorts {
      let isTCP = packet.pointee.proto == IPProtocolNumber.tcp
      try mendChecksum(
        buffer, at: transportOffset &+ (isTCP ? 16 : 6), translation, isTCP ? 0 : L4ChecksumFlags.zeroIsNone.rawValue)
    } else if packet.pointee.kind == .echo {
      try mendEchoChecksum(buffer, at: transportOffset &+ 2, translation)
    }
    view = buffer.view()
    guard let header = view.at(headerOffset, as: Header.self) else { throw .rewriteFailed }
    setAddresses(header, translation.pointee.tuple.source, translation.pointee.tuple.destination)
    if packet.pointee.hasPorts {
      guard let ports = view.at(transportOffset, as: Ports.self) else { throw .rewriteFailed }
      ports.pointee.source = translation.pointee.tuple.sourcePort
      ports.pointee.destination = translation.pointee.tuple.destinationPort
    } else if packet.pointee.kind == .echo {
      guard let message = view.at(transportOffset, as: ICMPHeader.self) else { throw .rewriteFailed }
      message.pointee.identifier = translation.pointee.tuple.sourcePort
    }
  }

  @inline(__always)
  static func mendChecksum(
    _ buffer: SocketBuffer, at offset: Int, _ translation: UnsafeMutablePointer<Translation<Address>>, _ flags: UInt64
  ) throws(Drop) {
    let addresses = translation.pointee.addressDifference
    let ports = translation.pointee.portDifference
    if addresses != 0 {
      let pseudo = L4ChecksumFlags(rawValue: flags | L4ChecksumFlags.pseudoHeader.rawValue)
      guard buffer.adjustL4Checksum(at: offset, by: addresses, pseudo) else { throw .rewriteFailed }
    }
    if ports != 0 {
      guard buffer.adjustL4Checksum(at: offset, by: ports, L4ChecksumFlags(rawValue: flags)) else {
        throw .rewriteFailed
      }
    }
  }

  /// The checksum of ICMP covers no addresses in IPv4, and the pseudo header in IPv6 (RFC 4443 section 2.3).
  @inline(__always)
  static func mendEchoChecksum(
    _ buffer: SocketBuffer, at offset: Int, _ translation: UnsafeMutablePointer<Translation<Address>>
  ) throws(Drop) {
    if icmpCoversAddresses {
      try mendChecksum(buffer, at: offset, translation, 0)
    } else {
      let identifier = translation.pointee.portDifference
      guard buffer.adjustL4Checksum(at: offset, by: identifier, L4ChecksumFlags(rawValue: 0)) else {
        throw .rewriteFailed
      }
    }
  }
}
