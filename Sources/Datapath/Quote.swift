import DataplaneABI
import KernelRuntime

extension IPFamily {
  /// Where the packet begins that an ICMP error quotes.
  @inline(__always) static var quoteOffset: Int { transportOffset &+ MemoryLayout<ICMPHeader>.size }
  /// Where its transport header begins.
  @inline(__always) static var quotedTransportOffset: Int { quoteOffset &+ MemoryLayout<Header>.size }

  /// Reads whom the packet was from and to that an ICMP error quotes: `translated` becomes the tuple of packets that go
  /// where the error goes, and `otherKey` that of their flow. False if that cannot be told, or if the error does not go to
  /// who sent the packet.
  @inline(never)
  static func readQuote(_ buffer: SocketBuffer, _ packet: PacketPointer<Self>) -> Bool {
    guard packet.pointee.extended == 0 else { return false }
    var view = buffer.view()
    let length = quotedTransportOffset &+ 8
    if !view.has(length) {
      guard buffer.pull(UInt32(truncatingIfNeeded: length)) else { return false }
      view = buffer.view()
    }
    guard let header = view.at(quoteOffset, as: Header.self),
      let ports = view.at(quotedTransportOffset, as: Ports.self),
      let message = view.at(quotedTransportOffset, as: ICMPHeader.self),
      let quoted = quoted(header)
    else { return false }
    packet.pointee.quotedProto = quoted.proto
    let none = BigEndian16(rawValue: 0)
    packet.pointee.translated = Tuple(
      source: quoted.destination, sourcePort: none, destination: quoted.source, destinationPort: none)
    switch quoted.proto {
    case IPProtocolNumber.tcp, IPProtocolNumber.udp, IPProtocolNumber.sctp:
      packet.pointee.translated.sourcePort = ports.pointee.destination
      packet.pointee.translated.destinationPort = ports.pointee.source
    case icmp:
      guard kind(ofICMP: message.pointee.type) == .echo else { return false }
      packet.pointee.translated.sourcePort = message.pointee.identifier
      packet.pointee.translated.destinationPort = message.pointee.identifier
    default: break
    }
    setKey(packet.otherKey(), packet.translated(), quoted.proto)
    return quoted.source == packet.pointee.destination
  }
}
