import DataplaneABI
import KernelRuntime

extension IPFamily {
  /// Translates an ICMP error like the packets of the flow that it is about, if they are: the receiver, the sender if that is
  /// the other end itself, and the packet that is quoted, which went the other way. The IP checksum of the error is left to
  /// `finish`, with `errorDifference`.
  @inline(never)
  static func translateError(
    _ buffer: SocketBuffer, _ packet: PacketPointer<Self>, _ entry: EntryPointer<Self>
  ) throws(Drop) {
    packet.pointee.errorDifference = 0
    let leg = entry.leg(fromA: sourceIsA(packet.translated()))
    let kind = entry.pointee.translation.kind
    guard kind != .none, kind != .relayed, (kind == .opener) == leg.pointee.flags.has(.opener) else { return }
    let source =
      packet.pointee.source == packet.pointee.translated.source
      ? entry.pointee.translation.tuple.source : packet.pointee.source
    let old = fold(packet.pointee.source, packet.pointee.destination)
    let new = fold(source, entry.pointee.translation.tuple.destination)
    packet.pointee.errorDifference = old == new ? 0 : Checksum.difference(from: old, to: new)
    let quoted = quotedDifference(buffer.view(), packet, entry)
    try mendErrorChecksum(buffer, packet, entry, quoted)
    try rewriteQuote(buffer.view(), packet, entry, quoted)
    guard let header = buffer.view().at(headerOffset, as: Header.self) else { throw .rewriteFailed }
    setAddresses(header, source, entry.pointee.translation.tuple.destination)
    count(.relatedError, packet.pointee.interfaceIndex, .ingress)
  }

  @inline(__always) private static func fold(_ source: Address, _ destination: Address) -> UInt16 {
    Checksum.fold(UInt32(checksumSum(source)) &+ UInt32(checksumSum(destination)))
  }

  /// Where the quoted transport header has its checksum, if that is among its first 8 bytes; 0 otherwise.
  @inline(__always) private static func quotedChecksumOffset(_ packet: PacketPointer<Self>) -> Int {
    switch packet.pointee.quotedProto {
    case IPProtocolNumber.udp: quotedTransportOffset &+ 6
    case icmp: quotedTransportOffset &+ 2
    default: 0
    }
  }

  /// By how much what the quoted transport checksum covers grows; 0 if there is no such checksum, or if UDP was sent without.
  @inline(__always)
  private static func quotedDifference(
    _ view: PacketView, _ packet: PacketPointer<Self>, _ entry: EntryPointer<Self>
  ) -> UInt16 {
    let offset = quotedChecksumOffset(packet)
    guard offset != 0, let field = checksumField(view, packet) else { return 0 }
    let isUDP = packet.pointee.quotedProto == IPProtocolNumber.udp
    if isUDP, field.pointee == 0 { return 0 }
    let ports = UInt32(entry.pointee.translation.portDifference)
    guard isUDP || icmpCoversAddresses else { return Checksum.fold(ports) }
    return Checksum.fold(ports &+ UInt32(entry.pointee.translation.addressDifference))
  }

  @inline(__always)
  private static func checksumField(_ view: PacketView, _ packet: PacketPointer<Self>) -> UnsafeMutablePointer<UInt16>?
  {
    packet.pointee.quotedProto == IPProtocolNumber.udp
      ? view.at(quotedTransportOffset &+ 6, as: UInt16.self) : view.at(quotedTransportOffset &+ 2, as: UInt16.self)
  }

  /// The checksum of the error covers the quote: its addresses and, in IPv4, the header's checksum that makes up for them; its
  /// ports; and its transport checksum.
  @inline(__always)
  private static func mendErrorChecksum(
    _ buffer: SocketBuffer, _ packet: PacketPointer<Self>, _ entry: EntryPointer<Self>, _ quoted: UInt16
  ) throws(Drop) {
    var sum = UInt32(entry.pointee.translation.portDifference)
    if icmpCoversAddresses { sum &+= UInt32(entry.pointee.translation.addressDifference) }
    if quoted != 0 { sum &+= UInt32(~quoted) }
    let offset = transportOffset &+ 2
    let inside = Checksum.fold(sum)
    guard buffer.adjustL4Checksum(at: offset, by: inside, L4ChecksumFlags(rawValue: 0)) else { throw .rewriteFailed }
    guard icmpCoversAddresses, packet.pointee.errorDifference != 0 else { return }
    guard buffer.adjustL4Checksum(at: offset, by: packet.pointee.errorDifference, .pseudoHeader) else {
      throw .rewriteFailed
    }
  }

  @inline(__always)
  private static func rewriteQuote(
    _ view: PacketView, _ packet: PacketPointer<Self>, _ entry: EntryPointer<Self>, _ quoted: UInt16
  ) throws(Drop) {
    guard let header = view.at(quoteOffset, as: Header.self),
      let ports = view.at(quotedTransportOffset, as: Ports.self),
      let message = view.at(quotedTransportOffset, as: ICMPHeader.self)
    else { throw .rewriteFailed }
    let tuple = entry.pointee.translation.tuple
    setAddresses(header, tuple.destination, tuple.source)
    finish(header, decrement: false, addressDifference: entry.pointee.translation.addressDifference)
    switch packet.pointee.quotedProto {
    case IPProtocolNumber.tcp, IPProtocolNumber.udp, IPProtocolNumber.sctp:
      ports.pointee = Ports(source: tuple.destinationPort, destination: tuple.sourcePort)
    case icmp: message.pointee.identifier = tuple.sourcePort
    default: break
    }
    guard quoted != 0, let field = checksumField(view, packet) else { return }
    let checksum = Checksum.adjust(field.pointee, by: UInt32(quoted))
    // Zero would say that there is none (RFC 768).
    field.pointee = checksum == 0 && packet.pointee.quotedProto == IPProtocolNumber.udp ? 0xffff : checksum
  }
}
