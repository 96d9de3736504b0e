import DataplaneABI
import KernelRuntime

// What one node passes on to another for a client outside travels in VXLAN (RFC 7348), as the client sent it, and so do the
// answers, as the client gets them. Calico's nodes do the same, with the same number.

/// Calico's network identifier of such packets; others are somebody else's.
enum Tunnel {
  @inline(__always) static var network: UInt32 { 0xca11c0 }
}

extension IPFamily {
  /// Bytes that a tunnel puts between the link header and the packet: IP, UDP, VXLAN, Ethernet.
  @inline(__always) static var tunnelOverhead: Int {
    MemoryLayout<Header>.size &+ MemoryLayout<UDPHeader>.size &+ MemoryLayout<VXLANHeader>.size
      &+ EthernetAddresses.headerLength
  }
  /// Where the VXLAN header is.
  @inline(__always) static var vxlanOffset: Int { transportOffset &+ MemoryLayout<UDPHeader>.size }
  /// Where the type of the Ethernet frame inside is.
  @inline(__always) static var innerTypeOffset: Int { headerOffset &+ tunnelOverhead &- MemoryLayout<UInt16>.size }

  /// Whether a packet may be one that another node sends through a tunnel.
  @inline(__always) static func mayBeTunnel(_ packet: PacketPointer<Self>) -> Bool {
    guard packet.pointee.proto == IPProtocolNumber.udp, let node = Node.state else { return false }
    return packet.pointee.destinationPort == node.pointee.tunnelPort && packet.pointee.extended == 0
  }

  /// Takes the packet out that another node sent through a tunnel, and reads it into `packet`; leaves any other as it is. Views end.
  @inline(never)
  static func unwrap(_ buffer: SocketBuffer, _ packet: PacketPointer<Self>) throws(Drop) {
    guard let node = Node.state, packet.pointee.destination == nodeAddress(node), try isOurs(buffer) else { return }
    // Nobody else may say what comes from where.
    guard let route = route(to: packet.pointee.source), route.pointee.flags.has(.host), !route.pointee.flags.has(.local)
    else { throw .tunnelSource }
    if node.pointee.flags.has(.wantsSameWayBack), route.pointee.interfaceIndex != packet.pointee.interfaceIndex {
      throw .tunnelSource
    }
    packet.pointee.tunnelEnd = packet.pointee.source
    guard buffer.closeRoom(Int32(truncatingIfNeeded: tunnelOverhead)) else { throw .rewriteFailed }
    var view = buffer.view()
    try parse(buffer, &view, into: packet)
    packet.pointee.arrival |= ConntrackLeg.throughTunnel
    guard packet.pointee.kind != .linkMaintenance else { throw .tunnelSource }
  }

  /// Whether the headers are those of our network, and a packet of the same family is inside.
  @inline(__always) private static func isOurs(_ buffer: SocketBuffer) throws(Drop) -> Bool {
    let needed = headerOffset &+ tunnelOverhead
    var view = buffer.view()
    if !view.has(needed) {
      guard buffer.pull(UInt32(truncatingIfNeeded: needed)) else { return false }
      view = buffer.view()
    }
    guard let vxlan = view.at(vxlanOffset, as: VXLANHeader.self),
      let type = view.at(innerTypeOffset, as: BigEndian16.self)
    else { return false }
    let expected = VXLANHeader(network: Tunnel.network)
    guard vxlan.pointee.flags == expected.flags, vxlan.pointee.network == expected.network else { return false }
    guard type.pointee == buffer.etherType else { throw .tunnelSource }
    return true
  }
}
