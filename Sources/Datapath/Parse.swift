import DataplaneABI
import KernelRuntime

/// What the header after IP says.
private struct Transport {
  var sourcePort = BigEndian16(rawValue: 0)
  var destinationPort = BigEndian16(rawValue: 0)
  var sequence: UInt32 = 0
  var acknowledgement: UInt32 = 0
  var tcpFlags: UInt8 = 0
  var kind = PacketKind.flow
}

extension IPFamily {
  /// Reads the headers into `packet`. `view` stays good for the bytes that were read, and is renewed if they had to be made
  /// linear.
  @inline(__always)
  static func parse(
    _ buffer: SocketBuffer, _ view: inout PacketView, into packet: PacketPointer<Self>
  ) throws(Drop) {
    try need(transportOffset, buffer, &view)
    guard let header = view.at(headerOffset, as: Header.self) else { throw .truncated }
    guard isPlain(header) else {
      try parseExtended(buffer, packet)
      view = buffer.view()
      return
    }
    let length = buffer.length
    let ip = try fields(of: header, length: length, isSegmented: buffer.isSegmented)
    var transport = Transport()
    switch ip.proto {
    case IPProtocolNumber.tcp: try parseTCP(buffer, &view, ip.payloadLength, &transport)
    case IPProtocolNumber.udp: try parseUDP(buffer, &view, ip.payloadLength, &transport)
    case icmp: try parseICMP(buffer, &view, ip.payloadLength, &transport, packet)
    default: break
    }
    packet.pointee.now = Kernel.now()
    packet.pointee.tuple = Tuple(
      source: ip.source, sourcePort: transport.sourcePort, destination: ip.destination,
      destinationPort: transport.destinationPort)
    packet.pointee.interfaceIndex = buffer.interfaceIndex
    packet.pointee.arrival = buffer.interfaceIndex
    packet.pointee.length = length
    packet.pointee.sequence = transport.sequence
    packet.pointee.acknowledgement = transport.acknowledgement
    packet.pointee.proto = ip.proto
    packet.pointee.hopLimit = ip.hopLimit
    packet.pointee.tcpFlags = transport.tcpFlags
    packet.pointee.kind = transport.kind
    let fromA = ConntrackKey.sourceIsA(ip.source, transport.sourcePort, ip.destination, transport.destinationPort)
    packet.pointee.fromA = fromA ? 1 : 0
    packet.pointee.throughStack = 0
    packet.pointee.extended = 0
    packet.pointee.fragment = .whole
    packet.pointee.key = ConntrackKey(
      proto: UInt32(ip.proto), addressA: fromA ? ip.source : ip.destination,
      portA: fromA ? transport.sourcePort : transport.destinationPort,
      addressB: fromA ? ip.destination : ip.source,
      portB: fromA ? transport.destinationPort : transport.sourcePort)
  }

  /// Whether the packet keeps the link going and nobody but neighbours gets it: then it passes unchecked. Sent further it
  /// is a packet like any other.
  @inline(__always) static func isLinkMaintenance(_ packet: PacketPointer<Self>) throws(Drop) -> Bool {
    guard packet.pointee.kind == .linkMaintenance else { return false }
    if staysOnLink(packet.pointee.destination) { return true }
    // A listener report, which begins with hop-by-hop options.
    guard packet.pointee.extended == 0 else { throw .unsupportedHeader }
    return false
  }

  /// Makes sure that the first `length` bytes can be read through `view`.
  @inline(__always)
  private static func need(_ length: Int, _ buffer: SocketBuffer, _ view: inout PacketView) throws(Drop) {
    if view.has(length) { return }
    guard buffer.pull(UInt32(truncatingIfNeeded: length)) else { throw .truncated }
    view = buffer.view()
    guard view.has(length) else { throw .truncated }
  }

  @inline(__always)
  private static func parseTCP(
    _ buffer: SocketBuffer, _ view: inout PacketView, _ payload: UInt32, _ transport: inout Transport
  ) throws(Drop) {
    try need(transportOffset &+ MemoryLayout<TCPHeader>.size, buffer, &view)
    guard let tcp = view.at(transportOffset, as: TCPHeader.self) else { throw .truncated }
    let headerLength = UInt32(tcp.pointee.dataOffset &>> 4) &* 4
    guard headerLength >= 20 else { throw .malformed }
    guard headerLength <= payload else { throw .truncated }
    transport.sourcePort = tcp.pointee.sourcePort
    transport.destinationPort = tcp.pointee.destinationPort
    transport.sequence = tcp.pointee.sequence
    transport.acknowledgement = tcp.pointee.acknowledgement
    transport.tcpFlags = tcp.pointee.flags
  }

  @inline(__always)
  private static func parseUDP(
    _ buffer: SocketBuffer, _ view: inout PacketView, _ payload: UInt32, _ transport: inout Transport
  ) throws(Drop) {
    try need(transportOffset &+ MemoryLayout<UDPHeader>.size, buffer, &view)
    guard let udp = view.at(transportOffset, as: UDPHeader.self) else { throw .truncated }
    let length = UInt32(udp.pointee.length.host)
    guard length >= 8 else { throw .malformed }
    guard length <= payload else { throw .truncated }
    transport.sourcePort = udp.pointee.sourcePort
    transport.destinationPort = udp.pointee.destinationPort
  }

  @inline(__always)
  private static func parseICMP(
    _ buffer: SocketBuffer, _ view: inout PacketView, _ payload: UInt32, _ transport: inout Transport,
    _ packet: PacketPointer<Self>
  ) throws(Drop) {
    guard payload >= 8 else { throw .truncated }
    try need(transportOffset &+ MemoryLayout<ICMPHeader>.size, buffer, &view)
    guard let message = view.at(transportOffset, as: ICMPHeader.self) else { throw .truncated }
    transport.kind = kind(ofICMP: message.pointee.type)
    packet.pointee.icmpDetail = message.pointee.detail
    if transport.kind == .echo {
      transport.sourcePort = message.pointee.identifier
      transport.destinationPort = message.pointee.identifier
    }
  }
}
