import DataplaneABI
import KernelRuntime

extension IPFamily {
  /// An established packet on its way: the whole of what it needs is in its entry.
  ///
  /// - Parameter asks: whether policies are asked before the entry is resolved anew; otherwise they have been.
  @inline(__always)
  static func forward(
    _ buffer: SocketBuffer, _ view: inout PacketView, _ packet: PacketPointer<Self>, _ entry: EntryPointer<Self>,
    _ sender: Sender, asks: Bool
  ) throws(Drop) -> Verdict {
    let fromA = packet.pointee.sourceIsA
    let leg = entry.leg(fromA: fromA)
    if leg.pointee.arrivalInterface != packet.pointee.arrival || leg.pointee.generation != routeGeneration {
      if asks { return try askAgain(packet, entry, sender.decided) }
      if sender == .network, leg.pointee.arrivalInterface != packet.pointee.arrival {
        try checkWayBack(buffer, packet, isForService: leg.pointee.flags.has(.opener | .fromOutside))
        followArrival(packet, entry)
      }
      try refresh(buffer, entry, packet, sender)
    }
    if packet.pointee.fragment == .first {
      noteFragment(packet)
      if sendHeldFragments(buffer, packet) { view = buffer.view() }
    }
    let translates = try translates(entry, leg)
    if packet.pointee.hopLimit <= 1 || exceeds(leg.pointee.mtu, packet) {
      if try isStackMatter(buffer, packet, entry, translates) { return leave(buffer) }
    }
    leg.pointee.saw(packet.pointee.length, tcpFlags: packet.pointee.tcpFlags)
    entry.pointee.lastSeen = packet.pointee.now
    var addressDifference: UInt16 = 0
    if translates {
      try translate(buffer, &view, packet, entry)
      addressDifference = entry.pointee.translation.addressDifference
    }
    let kind = packet.pointee.throughStack != 0 ? .stack : leg.pointee.forwarding
    guard let header = view.at(headerOffset, as: Header.self) else { throw .rewriteFailed }
    // What stays on the node is not forwarded.
    if kind == .stack || kind == .loopback {
      if translates {
        finish(header, decrement: false, addressDifference: addressDifference)
        if sender == .network { keepWholeSum(buffer, decrement: false, addressDifference: addressDifference) }
      }
      guard kind == .stack else { return try sendElsewhere(buffer, packet, entry, fromA ? 1 : 0) }
      // Routing rules may go by it, and the stack's own reverse path check (`src_valid_mark`). What came through a tunnel did not come
      // in where its client is.
      if leg.pointee.flags.has(.fromOutside), !packet.pointee.cameThroughTunnel { buffer.mark |= Node.externalMark }
      return leave(buffer)
    }
    finish(header, decrement: true, addressDifference: addressDifference)
    // Only what was received has such a sum.
    if sender == .network { keepWholeSum(buffer, decrement: true, addressDifference: addressDifference) }
    return try send(buffer, view, packet, entry, fromA: fromA)
  }

  /// Out by the way of a leg that does not lead through the stack.
  @inline(__always)
  static func send(
    _ buffer: SocketBuffer, _ view: PacketView, _ packet: PacketPointer<Self>, _ entry: EntryPointer<Self>, fromA: Bool
  ) throws(Drop) -> Verdict {
    let leg = entry.leg(fromA: fromA)
    if leg.pointee.forwarding == .neighbour {
      // Spares it `host_egress`, which would look for its flow again.
      buffer.mark |= Mark.seen
      packet.pointee.neighbour = neighbour(entry.nextHop(fromA: fromA).pointee)
      return Kernel.redirect(to: packet.neighbour(), over: leg.pointee.interfaceIndex)
    }
    if leg.pointee.forwarding != .workload {
      return try sendElsewhere(buffer, packet, entry, fromA ? 1 : 0)
    }
    guard let ethernet = view.at(0, as: EthernetAddresses.self) else { throw .rewriteFailed }
    ethernet.pointee = EthernetAddresses(destination: leg.pointee.mac, source: .gateway)
    return Kernel.redirect(toPeerOf: leg.pointee.interfaceIndex)
  }

  /// The rarer ways: through a tunnel, or into the node itself.
  @inline(never)
  static func sendElsewhere(
    _ buffer: SocketBuffer, _ packet: PacketPointer<Self>, _ entry: EntryPointer<Self>, _ fromA: UInt32
  ) throws(Drop) -> Verdict {
    if entry.leg(fromA: fromA != 0).pointee.forwarding == .tunnel {
      return try sendThroughTunnel(buffer, packet, entry, fromA: fromA != 0)
    }
    return try sendToHost(buffer)
  }

  /// Into the node itself, by its loopback interface.
  @inline(__always) static func sendToHost(_ buffer: SocketBuffer) throws(Drop) -> Verdict {
    guard let ethernet = buffer.view().at(0, as: EthernetAddresses.self) else { throw .rewriteFailed }
    ethernet.pointee = EthernetAddresses(destination: .none, source: .none)
    return Kernel.redirect(into: Kernel.loopback)
  }

  /// Leaves a tracked packet to the host stack, and spares it our next program.
  @inline(__always) static func leave(_ buffer: SocketBuffer) -> Verdict {
    buffer.mark |= Mark.seen
    return .next
  }
}

extension MACAddress {
  /// ee:ee:ee:ee:ee:ee, what pods know every host-side interface by.
  @inline(__always) static var gateway: MACAddress { MACAddress(0xeeee, 0xeeee, 0xeeee) }
}
