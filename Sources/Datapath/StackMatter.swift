import DataplaneABI
import KernelRuntime

extension IPFamily {
  /// Whether a packet may be too long for its way. One that stands for several always looks like it.
  @inline(__always) static func exceeds(_ mtu: UInt16, _ packet: PacketPointer<Self>) -> Bool {
    packet.pointee.length > UInt32(mtu) &+ UInt32(truncatingIfNeeded: headerOffset) && mtu != 0
  }

  /// A packet at its last hop, or that may be too long for its way. The stack tells senders about both, as long as it quotes
  /// the packet as they know it, so it gets the packet as it came: then this is true. It gets a translated one where
  /// translation leaves the source alone, or where it has to cut it in pieces: then `throughStack` is set.
  @inline(never)
  static func isStackMatter(
    _ buffer: SocketBuffer, _ packet: PacketPointer<Self>, _ entry: EntryPointer<Self>, _ translates: Bool
  ) throws(Drop) -> Bool {
    let leg = entry.leg(fromA: packet.pointee.sourceIsA)
    if leg.pointee.forwarding == .tunnel {
      try checkFits(buffer, packet, leg)
      return false
    }
    let isLastHop = packet.pointee.hopLimit <= 1
    // Delivered here is not forwarded.
    if isLastHop, isHere(translates ? entry.pointee.translation.tuple.destination : packet.pointee.destination) {
      return false
    }
    let mtu = UInt32(leg.pointee.mtu)
    if !isLastHop, buffer.isSegmented, segmentLength(buffer, packet) <= mtu { return false }
    if packet.pointee.cameThroughTunnel {
      // It bears the node's own address, or its sender is known to another node only.
      if isLastHop { throw .ttlExceeded }
      throw tooLongForTunnel(packet, leg)
    }
    count(isLastHop ? .lastHop : .tooLong, packet.pointee.interfaceIndex, .ingress)
    guard translates else { return true }
    let mayFragment = !isLastHop && !buffer.isSegmented && mayBeFragmented(buffer.view())
    if mayFragment || !entry.pointee.translation.ends.has(.source) {
      packet.pointee.throughStack = 1
      return false
    }
    // The host's tables count what the host has learned of a way's length, its stack does not where it passes packets on: it would
    // say nothing.
    let isAsked = leg.pointee.forwarding == .stack || leg.pointee.flags.has(.fromOutside)
    if isAsked, !isLastHop, packet.pointee.extended == 0 { throw tooLongForTunnel(packet, leg) }
    // Whatever the stack makes of it, it must not leave the node with its untranslated source.
    buffer.mark |= Mark.onlyQuote
    return true
  }

  /// Of a packet that is longer than its leg takes. A client is told so by whom it asked; a backend by this node, since the
  /// client knows nothing of it, and so is a pod whose source is translated where it leaves the node.
  @inline(__always)
  static func tooLongForTunnel(_ packet: PacketPointer<Self>, _ leg: UnsafeMutablePointer<ConntrackLeg>) -> Drop {
    packet.pointee.longest = leg.pointee.mtu
    packet.pointee.teller = packet.pointee.destination
    let isToService = leg.pointee.flags.has(.opener) && leg.pointee.forwarding != .stack
    if !isToService, let node = Node.state, nodeAddress(node) != .any {
      packet.pointee.teller = nodeAddress(node)
    }
    return .tooLongForTunnel
  }

  /// Whether an address is this node's own.
  @inline(__always) static func isHere(_ address: Address) -> Bool {
    guard let route = route(to: address) else { return false }
    return route.pointee.flags.has(.localHost)
  }

  /// How long the IP packets are that a buffer stands for: what it carries of each, and the headers.
  @inline(__always)
  static func segmentLength(_ buffer: SocketBuffer, _ packet: PacketPointer<Self>) -> UInt32 {
    let network = UInt32(truncatingIfNeeded: MemoryLayout<Header>.size)
    // How long each is only the kernel knows (GSO_BY_FRAGS); its sender has made them as long as fits, for all it knows.
    if packet.pointee.proto == IPProtocolNumber.sctp { return network }
    // Such packets are not worth more code: the stack knows.
    guard packet.pointee.extended == 0 else { return .max }
    guard packet.pointee.proto == IPProtocolNumber.tcp else { return network &+ 8 &+ buffer.segmentSize }
    guard let tcp = buffer.view().at(transportOffset, as: TCPHeader.self) else { return .max }
    return network &+ UInt32(tcp.pointee.dataOffset &>> 4) &* 4 &+ buffer.segmentSize
  }
}
