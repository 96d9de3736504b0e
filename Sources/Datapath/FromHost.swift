import DataplaneABI
import KernelRuntime

extension IPFamily {
  /// A packet that the host stack sends over the node's interface, or over loopback. Ours if it goes to a service, or answers
  /// as a service's backend; everything else is the host's.
  @inline(__always)
  static func fromHost(_ buffer: SocketBuffer, _ packet: PacketPointer<Self>) throws(Drop) -> Verdict {
    var view = buffer.view()
    do throws(Drop) {
      try parse(buffer, &view, into: packet)
    } catch {
      // What the host sends is its own business.
      return .next
    }
    if packet.pointee.kind == .linkMaintenance { return .next }
    if packet.pointee.kind == .icmpError {
      return buffer.interfaceIndex == Kernel.loopback ? try relateToPod(buffer, packet) : .next
    }
    var entry = try find(packet, from: .host)
    if entry == nil {
      if !recall(packet, Hook.egress.rawValue) {
        guard try openFromHost(packet) else { return .next }
        try openTranslated(buffer, packet, arrival: packet.pointee.interfaceIndex, from: .host)
      }
      entry = opened(packet)
    }
    guard let entry else { throw .conntrackFull }
    let fromA = packet.pointee.sourceIsA
    let leg = entry.leg(fromA: fromA)
    guard try translates(entry, leg) else { return .next }
    if packet.pointee.fragment == .first { noteFragment(packet) }
    try renew(entry, packet.pointee.destination, fromA: fromA, packet, .host)
    leg.pointee.saw(packet.pointee.length, tcpFlags: packet.pointee.tcpFlags)
    entry.pointee.lastSeen = packet.pointee.now
    let isTunnelled = leg.pointee.forwarding == .tunnel
    if isTunnelled, exceeds(leg.pointee.mtu, packet) { try checkFits(buffer, packet, leg) }
    try translate(buffer, &view, packet, entry)
    guard let header = view.at(headerOffset, as: Header.self) else { throw .rewriteFailed }
    finish(header, decrement: false, addressDifference: entry.pointee.translation.addressDifference)
    // Answers go where the stack sends them, unless another node passed on what they answer.
    if entry.pointee.translation.kind == .answers {
      return isTunnelled ? try sendElsewhere(buffer, packet, entry, fromA ? 1 : 0) : .next
    }
    return try sendFromHost(buffer, view, packet, entry, fromA: fromA)
  }

  /// Whether a packet of the host that belongs to no known flow goes to a service; then its backend is chosen.
  @inline(never)
  private static func openFromHost(_ packet: PacketPointer<Self>) throws(Drop) -> Bool {
    guard packet.pointee.mayOpen, !packet.pointee.isLaterFragment, let frontend = frontend(for: packet) else {
      return false
    }
    if let node = Node.state, node.pointee.flags.has(.leavesHostServices) { return false }
    beginTranslation(packet)
    try chooseBackend(of: frontend, for: packet, staysHere: staysHere(frontend))
    // Nobody could answer that address.
    if isLoopback(packet.pointee.source), !isLoopback(packet.pointee.translated.destination) {
      try useNodeAddress(packet, .egress)
    }
    return true
  }

  /// To a backend: out to its node, into its pod, or back to the host itself. The stack has found a neighbour for the service's
  /// address already, so the Ethernet addresses are wrong for all three.
  @inline(__always)
  private static func sendFromHost(
    _ buffer: SocketBuffer, _ view: PacketView, _ packet: PacketPointer<Self>, _ entry: EntryPointer<Self>, fromA: Bool
  ) throws(Drop) -> Verdict {
    let leg = entry.leg(fromA: fromA)
    if leg.pointee.forwarding == .neighbour { return try send(buffer, view, packet, entry, fromA: fromA) }
    guard let ethernet = view.at(0, as: EthernetAddresses.self) else { throw .rewriteFailed }
    if leg.pointee.forwarding == .workload {
      ethernet.pointee = EthernetAddresses(destination: leg.pointee.mac, source: .gateway)
      buffer.mark |= Mark.seen
      return Kernel.redirect(outOf: leg.pointee.interfaceIndex)
    }
    guard isHere(entry.pointee.translation.tuple.destination) else { return leave(buffer) }
    return try sendToHost(buffer)
  }
}
