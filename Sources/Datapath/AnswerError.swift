import DataplaneABI
import KernelRuntime

extension IPFamily {
  /// Turns a packet into an ICMP error about it (RFC 792, RFC 4443 section 3), in the name of `teller`. It quotes
  /// the IP header and 8 bytes, enough for a sender to know its socket. False if it calls for none: a fragment, or one with
  /// options, is not worth the code.
  ///
  /// - Parameter mtu: of "too big", bytes; otherwise 0.
  @inline(__always)
  static func answerError(
    _ buffer: SocketBuffer, _ packet: PacketPointer<Self>, _ kind: (type: UInt8, code: UInt8), _ mtu: UInt16
  ) -> Bool {
    let hasPlainHeader = packet.pointee.transport == UInt32(truncatingIfNeeded: transportOffset)
    guard packet.pointee.extended == 0 || (!packet.pointee.isLaterFragment && hasPlainHeader),
      mayAnswer(packet.pointee.now),
      cutShort(buffer, UInt32(truncatingIfNeeded: quotedTransportOffset &+ MemoryLayout<UDPHeader>.size))
    else { return false }
    let view = buffer.view()
    guard let ethernet = view.at(0, as: EthernetAddresses.self), let header = view.at(headerOffset, as: Header.self),
      let message = view.at(transportOffset, as: ICMPHeader.self), let quote = view.at(quoteOffset, as: Header.self),
      let udp = view.at(transportOffset, as: UDPHeader.self),
      let quotedUDP = view.at(quotedTransportOffset, as: UDPHeader.self)
    else { return false }
    swap(&ethernet.pointee.source, &ethernet.pointee.destination)
    let quotedSum = UInt32(sum(header)) &+ sum(udp)
    quotedUDP.pointee = udp.pointee
    quote.pointee = header.pointee
    let length = UInt16(truncatingIfNeeded: 16 &+ MemoryLayout<Header>.size)
    write(
      header, source: packet.pointee.teller, destination: packet.pointee.source, proto: icmp, payloadLength: length
    )
    let addresses = UInt32(checksumSum(packet.pointee.source)) &+ UInt32(checksumSum(packet.pointee.teller))
    write(message, kind, mtu, sum: quotedSum &+ icmpPseudoHeaderSum(addresses, length))
    return true
  }

  /// Not more often than hosts do, so that nobody uses the node to answer in others' names (RFC 1812 section 4.3.2.8): 1,000 times a
  /// second on each CPU, Linux' limit for all of them (`icmp_msgs_per_sec`).
  @inline(__always) private static func mayAnswer(_ now: UInt64) -> Bool {
    guard let scratch = Scratch.current else { return false }
    // 2^30 ns
    let second = now &>> 30
    if scratch.pointee.errorSecond != second {
      scratch.pointee.errorSecond = second
      scratch.pointee.errors = 0
    }
    scratch.pointee.errors &+= 1
    return scratch.pointee.errors <= 1000
  }

  @inline(__always) private static func sum(_ udp: UnsafeMutablePointer<UDPHeader>) -> UInt32 {
    UInt32(udp.pointee.sourcePort.rawValue) &+ UInt32(udp.pointee.destinationPort.rawValue)
      &+ UInt32(udp.pointee.length.rawValue) &+ UInt32(udp.pointee.checksum)
  }

  /// The message that covers `sum` beside its own words.
  @inline(__always)
  private static func write(
    _ message: UnsafeMutablePointer<ICMPHeader>, _ kind: (type: UInt8, code: UInt8), _ mtu: UInt16, sum: UInt32
  ) {
    let (type, code) = kind
    let mtu = BigEndian16(mtu)
    message.pointee.type = type
    message.pointee.code = code
    message.pointee.identifier = BigEndian16(0)
    message.pointee.sequence = mtu
    message.pointee.checksum = ~Checksum.fold(
      sum &+ UInt32(mtu.rawValue) &+ UInt32((UInt16(type) &<< 8 | UInt16(code)).bigEndian))
  }
}
