import DataplaneABI
import KernelRuntime

extension IPFamily {
  /// Out by a leg that leads through a tunnel.
  @inline(__always)
  static func sendThroughTunnel(
    _ buffer: SocketBuffer, _ packet: PacketPointer<Self>, _ entry: EntryPointer<Self>, fromA: Bool
  ) throws(Drop) -> Verdict {
    packet.pointee.tunnelEnd = entry.nextHop(fromA: fromA).pointee
    return try sendToTunnelEnd(buffer, packet, over: entry.leg(fromA: fromA).pointee.interfaceIndex)
  }

  /// Puts the packet into one to the node `tunnelEnd`, and sends that out.
  @inline(__always)
  static func sendToTunnelEnd(
    _ buffer: SocketBuffer, _ packet: PacketPointer<Self>, over interface: UInt32
  ) throws(Drop) -> Verdict {
    let isSegmentedUDP = packet.pointee.proto == IPProtocolNumber.udp && buffer.isSegmented
    let inside = roomFlags | RoomFlags.ethernetInUDP
    // Segments of TCP get shorter; datagrams are as long as they are.
    let room = Int32(truncatingIfNeeded: tunnelOverhead)
    // Refused to what is marked as having a tunnel already (`moveFront`). A packet that stands for itself needs no such mark.
    guard
      buffer.makeRoom(room, isSegmentedUDP ? inside | RoomFlags.fixedSegments : inside)
        || (!buffer.isSegmented && buffer.makeRoom(room, .fixedSegments))
    else { throw .rewriteFailed }
    try writeTunnelHeaders(buffer, packet)
    buffer.mark |= Mark.seen
    packet.pointee.neighbour = neighbour(packet.pointee.tunnelEnd)
    return Kernel.redirect(to: packet.neighbour(), over: interface)
  }

  /// An answer to a packet from the fabric goes back the way that it came.
  @inline(never)
  static func sendBack(_ buffer: SocketBuffer, _ packet: PacketPointer<Self>) -> Verdict {
    guard packet.pointee.cameThroughTunnel else { return Kernel.redirect(outOf: buffer.interfaceIndex) }
    do throws(Drop) {
      return try sendToTunnelEnd(buffer, packet, over: buffer.interfaceIndex)
    } catch { return .drop }
  }

  @inline(__always)
  private static func writeTunnelHeaders(_ buffer: SocketBuffer, _ packet: PacketPointer<Self>) throws(Drop) {
    let view = buffer.view()
    guard let node = Node.state, let header = view.at(headerOffset, as: Header.self),
      let udp = view.at(transportOffset, as: UDPHeader.self), let vxlan = view.at(vxlanOffset, as: VXLANHeader.self),
      let ethernet = view.at(vxlanOffset &+ MemoryLayout<VXLANHeader>.size, as: EthernetAddresses.self),
      let type = view.at(innerTypeOffset, as: BigEndian16.self)
    else { throw .rewriteFailed }
    // Of more than 64 KiB nobody sees the length: it is cut into segments first.
    let segment = buffer.length &- UInt32(truncatingIfNeeded: transportOffset)
    let length =
      segment > longestSegment ? UInt16(truncatingIfNeeded: longestSegment) : UInt16(truncatingIfNeeded: segment)
    write(
      header, source: nodeAddress(node), destination: packet.pointee.tunnelEnd, proto: IPProtocolNumber.udp,
      payloadLength: length)
    // Spreads flows over what hashes them on the way, in the range for that (RFC 7348 section 5).
    udp.pointee.sourcePort = BigEndian16(
      0xc000 | packet.pointee.sourcePort.host ^ packet.pointee.destinationPort.host)
    udp.pointee.destinationPort = node.pointee.tunnelPort
    udp.pointee.length = BigEndian16(length)
    udp.pointee.checksum = 0
    vxlan.pointee = VXLANHeader(network: Tunnel.network)
    ethernet.pointee = EthernetAddresses(destination: .none, source: .none)
    type.pointee = buffer.etherType
  }

  /// What fits the length of a header.
  @inline(__always) private static var longestSegment: UInt32 {
    UInt32(UInt16.max) &- UInt32(truncatingIfNeeded: MemoryLayout<Header>.size)
  }

  /// Whether a packet can go the way that its leg leads, which the host stack does not see.
  @inline(__always)
  static func checkFits(
    _ buffer: SocketBuffer, _ packet: PacketPointer<Self>, _ leg: UnsafeMutablePointer<ConntrackLeg>,
    isTunnelled: Bool = true
  ) throws(Drop) {
    if packet.pointee.hopLimit <= 1 { throw .ttlExceeded }
    // Segments of TCP get shorter by what the tunnel takes.
    let spared =
      isTunnelled && packet.pointee.proto == IPProtocolNumber.tcp ? UInt32(truncatingIfNeeded: tunnelOverhead) : 0
    // Nothing can be put before a buffer of several packets of SCTP. A sender that is told sends one at a time.
    let isWhole = isTunnelled && packet.pointee.proto == IPProtocolNumber.sctp
    if buffer.isSegmented, !isWhole, segmentLength(buffer, packet) <= UInt32(leg.pointee.mtu) &+ spared { return }
    throw tooLongForTunnel(packet, leg)
  }
}
