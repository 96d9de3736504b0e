import DataplaneABI
import KernelRuntime

extension IPFamily {
  /// Turns a TCP packet of a pod to a backend that is gone into the RST that its sender is due (RFC 9293 section 3.10.7.1), in
  /// the name of the address it was sent to, and hands that to the pod. Dropped if it calls for none.
  @inline(never)
  static func answerReset(_ buffer: SocketBuffer, _ packet: PacketPointer<Self>) -> Verdict {
    // Without an acknowledgement its sequence number would be a guess.
    guard packet.pointee.tcpFlags & (TCPFlags.ack | TCPFlags.rst) == TCPFlags.ack,
      buffer.resize(UInt32(truncatingIfNeeded: transportOffset &+ MemoryLayout<TCPHeader>.size))
    else { return .drop }
    let view = buffer.view()
    guard let ethernet = view.at(0, as: EthernetAddresses.self), let header = view.at(headerOffset, as: Header.self),
      let tcp = view.at(transportOffset, as: TCPHeader.self)
    else { return .drop }
    swap(&ethernet.pointee.source, &ethernet.pointee.destination)
    write(
      header, source: packet.pointee.destination, destination: packet.pointee.source,
      payloadLength: UInt16(truncatingIfNeeded: MemoryLayout<TCPHeader>.size))
    write(tcp, packet)
    return Kernel.redirect(toPeerOf: packet.pointee.interfaceIndex)
  }

  @inline(__always)
  private static func write(_ tcp: UnsafeMutablePointer<TCPHeader>, _ packet: PacketPointer<Self>) {
    tcp.pointee.sourcePort = packet.pointee.destinationPort
    tcp.pointee.destinationPort = packet.pointee.sourcePort
    tcp.pointee.sequence = packet.pointee.acknowledgement
    tcp.pointee.acknowledgement = 0
    tcp.pointee.dataOffset = 0x50
    tcp.pointee.flags = TCPFlags.rst
    tcp.pointee.window = BigEndian16(0)
    tcp.pointee.urgent = BigEndian16(0)
    var sum = UInt32(checksumSum(packet.pointee.source)) &+ UInt32(checksumSum(packet.pointee.destination))
    sum &+= UInt32(UInt16(IPProtocolNumber.tcp).bigEndian)
    sum &+= UInt32(UInt16(truncatingIfNeeded: MemoryLayout<TCPHeader>.size).bigEndian)
    sum &+= UInt32(packet.pointee.sourcePort.rawValue) &+ UInt32(packet.pointee.destinationPort.rawValue)
    sum &+= (packet.pointee.acknowledgement & 0xffff) &+ (packet.pointee.acknowledgement &>> 16)
    sum &+= UInt32((0x5000 | UInt16(TCPFlags.rst)).bigEndian)
    tcp.pointee.checksum = ~Checksum.fold(sum)
  }
}
