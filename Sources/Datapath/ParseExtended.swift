import DataplaneABI
import KernelRuntime

extension IPFamily {
  /// Reads a packet that is a fragment, or SCTP, or that has options or extension headers. Views end.
  @inline(never)
  static func parseExtended(_ buffer: SocketBuffer, _ packet: PacketPointer<Self>) throws(Drop) {
    let length = buffer.length
    guard buffer.pull(length < extendedLength ? length : extendedLength) else { throw .truncated }
    packet.pointee.extended = 1
    try readExtended(buffer, packet)
    packet.pointee.tuple.sourcePort = BigEndian16(rawValue: 0)
    packet.pointee.tuple.destinationPort = BigEndian16(rawValue: 0)
    packet.pointee.tcpFlags = 0
    packet.pointee.sequence = 0
    packet.pointee.acknowledgement = 0
    packet.pointee.kind = .flow
    if !packet.pointee.isLaterFragment { try parseTransport(buffer, packet) }
    if packet.pointee.fragment != .whole { joinFragments(packet) }
    packet.pointee.now = Kernel.now()
    packet.pointee.interfaceIndex = buffer.interfaceIndex
    packet.pointee.arrival = buffer.interfaceIndex
    packet.pointee.length = length
    packet.pointee.throughStack = 0
    packet.pointee.fromA = sourceIsA(packet.tuple()) ? 1 : 0
    setKey(packet.key(), packet.tuple(), packet.pointee.proto)
  }

  /// Bytes that are made linear: as far as `PacketView.at(variable:)` reaches.
  @inline(__always) private static var extendedLength: UInt32 { PacketView.furthest }

  /// Reads the transport header at `transport`. Of a first fragment the lengths are those of the whole packet.
  @inline(never)
  private static func parseTransport(_ buffer: SocketBuffer, _ packet: PacketPointer<Self>) throws(Drop) {
    let view = buffer.view()
    let offset = packet.pointee.transport
    switch packet.pointee.proto {
    case IPProtocolNumber.tcp:
      guard let tcp = view.at(variable: offset, as: TCPHeader.self) else { throw .truncated }
      let headerLength = UInt32(tcp.pointee.dataOffset &>> 4) &* 4
      guard headerLength >= 20 else { throw .malformed }
      guard headerLength <= packet.pointee.payload else { throw .truncated }
      setPorts(packet, tcp.pointee.sourcePort, tcp.pointee.destinationPort)
      packet.pointee.tcpFlags = tcp.pointee.flags
      packet.pointee.sequence = tcp.pointee.sequence
      packet.pointee.acknowledgement = tcp.pointee.acknowledgement
    case IPProtocolNumber.udp:
      guard let udp = view.at(variable: offset, as: UDPHeader.self) else { throw .truncated }
      let length = UInt32(udp.pointee.length.host)
      guard length >= 8 else { throw .malformed }
      guard length <= packet.pointee.payload || packet.pointee.fragment == .first else { throw .truncated }
      guard packet.pointee.payload >= 8 else { throw .truncated }
      setPorts(packet, udp.pointee.sourcePort, udp.pointee.destinationPort)
    case IPProtocolNumber.sctp: try parseSCTP(buffer, packet)
    case icmp:
      guard packet.pointee.payload >= 8, let message = view.at(variable: offset, as: ICMPHeader.self) else {
        throw .truncated
      }
      packet.pointee.kind = kind(ofICMP: message.pointee.type)
      packet.pointee.icmpDetail = message.pointee.detail
      if packet.pointee.kind == .echo { setPorts(packet, message.pointee.identifier, message.pointee.identifier) }
    default: break
    }
  }

  @inline(__always)
  private static func setPorts(_ packet: PacketPointer<Self>, _ source: BigEndian16, _ destination: BigEndian16) {
    packet.pointee.tuple.sourcePort = source
    packet.pointee.tuple.destinationPort = destination
  }

  /// Takes the ports that the first fragment has, or finds them for a later one. One that comes before the first stays
  /// without, and so belongs to no flow.
  @inline(never)
  private static func joinFragments(_ packet: PacketPointer<Self>) {
    packet.pointee.fragmentKey.source = packet.pointee.source
    packet.pointee.fragmentKey.destination = packet.pointee.destination
    packet.pointee.fragmentKey.proto = UInt32(packet.pointee.proto)
    let key = withUnsafeMutablePointer(to: &packet.pointee.fragmentKey) { $0 }
    if packet.pointee.isLaterFragment {
      guard let ports = fragments.lookup(key) else {
        packet.pointee.fragment = .early
        return
      }
      setPorts(packet, ports.pointee.source, ports.pointee.destination)
      if packet.pointee.proto == icmp { packet.pointee.kind = .echo }
    } else {
      packet.pointee.fragmentPorts = FragmentPorts(
        source: packet.pointee.sourcePort, destination: packet.pointee.destinationPort)
    }
  }

  /// Notes the ports of a first fragment, for the later ones. Not before its source was checked: the note is in its name.
  @inline(never)
  static func noteFragment(_ packet: PacketPointer<Self>) {
    let key = withUnsafeMutablePointer(to: &packet.pointee.fragmentKey) { $0 }
    let ports = withUnsafeMutablePointer(to: &packet.pointee.fragmentPorts) { $0 }
    // A table that takes no entry costs the other fragments, which then are drops with a name.
    _ = fragments.update(key, ports, .any)
  }
}
