import DataplaneABI
import KernelRuntime

extension IPFamily {
  /// Turns a TCP packet into the RST that its sender is due (RFC 9293 section 3.10.7.1), in the name of the address it was sent
  /// to. False if it calls for none.
  @inline(__always)
  static func answerReset(_ buffer: SocketBuffer, _ packet: PacketPointer<Self>) -> Bool {
    // In mid-flow without an acknowledgement its sequence number would be a guess.
    guard packet.pointee.tcpFlags & (TCPFlags.ack | TCPFlags.syn) != 0, packet.pointee.tcpFlags & TCPFlags.rst == 0,
      let tcp = turnBack(buffer, packet, as: TCPHeader.self)
    else { return false }
    write(tcp, packet)
    return true
  }

  /// Cuts a packet down to its transport header, which is to be written anew, and addresses it to its sender. Nil if that fails.
  @inline(__always)
  static func turnBack<Transport>(
    _ buffer: SocketBuffer, _ packet: PacketPointer<Self>, as _: Transport.Type
  ) -> UnsafeMutablePointer<Transport>? {
    let size = MemoryLayout<Transport>.size
    guard cutShort(buffer, UInt32(truncatingIfNeeded: transportOffset &+ size)) else { return nil }
    let view = buffer.view()
    guard let ethernet = view.at(0, as: EthernetAddresses.self), let header = view.at(headerOffset, as: Header.self),
      let transport = view.at(transportOffset, as: Transport.self)
    else { return nil }
    swap(&ethernet.pointee.source, &ethernet.pointee.destination)
    write(
      header, source: packet.pointee.destination, destination: packet.pointee.source, proto: packet.pointee.proto,
      payloadLength: UInt16(truncatingIfNeeded: size))
    return transport
  }

  @inline(__always)
  private static func write(_ tcp: UnsafeMutablePointer<TCPHeader>, _ packet: PacketPointer<Self>) {
    let acknowledges = packet.pointee.tcpFlags & TCPFlags.ack == 0
    let flags = acknowledges ? TCPFlags.rst | TCPFlags.ack : TCPFlags.rst
    let sequence = acknowledges ? 0 : packet.pointee.acknowledgement
    let acknowledgement = acknowledges ? (packet.pointee.sequence.bigEndian &+ 1).bigEndian : 0
    tcp.pointee.sourcePort = packet.pointee.destinationPort
    tcp.pointee.destinationPort = packet.pointee.sourcePort
    tcp.pointee.sequence = sequence
    tcp.pointee.acknowledgement = acknowledgement
    tcp.pointee.dataOffset = 0x50
    tcp.pointee.flags = flags
    tcp.pointee.window = BigEndian16(0)
    tcp.pointee.urgent = BigEndian16(0)
    var sum = UInt32(checksumSum(packet.pointee.source)) &+ UInt32(checksumSum(packet.pointee.destination))
    sum &+= UInt32(UInt16(IPProtocolNumber.tcp).bigEndian)
    sum &+= UInt32(UInt16(truncatingIfNeeded: MemoryLayout<TCPHeader>.size).bigEndian)
    sum &+= UInt32(packet.pointee.sourcePort.rawValue) &+ UInt32(packet.pointee.destinationPort.rawValue)
    sum &+= (sequence & 0xffff) &+ (sequence &>> 16) &+ (acknowledgement & 0xffff) &+ (acknowledgement &>> 16)
    sum &+= UInt32((0x5000 | UInt16(flags)).bigEndian)
    tcp.pointee.checksum = ~Checksum.fold(sum)
  }
}
