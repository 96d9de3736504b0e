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
    if leg.pointee.generation != routeGeneration { try renewFromHost(buffer, packet, entry) }
    leg.pointee.saw(packet.pointee.length, tcpFlags: packet.pointee.tcpFlags)
    entry.pointee.lastSeen = packet.pointee.now
    let isAnswer = entry.pointee.translation.kind == .answers
    let isTunnelled = leg.pointee.forwarding == .tunnel
    // The stack chose by the backend's address; the client asked for another, maybe by another interface.
    let leavesElsewhere =
      isAnswer && leg.pointee.forwarding == .neighbour && leg.pointee.interfaceIndex != packet.pointee.interfaceIndex
    if isTunnelled || leavesElsewhere, exceeds(leg.pointee.mtu, packet) {
      try checkFits(buffer, packet, leg, isTunnelled: isTunnelled)
    }
    try translate(buffer, &view, packet, entry)
    guard let header = view.at(headerOffset, as: Header.self) else { throw .rewriteFailed }
    finish(header, decrement: false, addressDifference: entry.pointee.translation.addressDifference)
    // Answers go where the stack sends them, unless another node passed on what they answer.
    if isTunnelled, isAnswer { return try sendElsewhere(buffer, packet, entry, fromA ? 1 : 0) }
    if isAnswer, !leavesElsewhere { return .next }
    return try sendFromHost(buffer, view, packet, entry, fromA: fromA)
  }

  @inline(never)
  private static func renewFromHost(
    _ buffer: SocketBuffer, _ packet: PacketPointer<Self>, _ entry: EntryPointer<Self>
  ) throws(Drop) {
    let fromA = packet.pointee.sourceIsA
    try renew(entry, packet.pointee.destination, fromA: fromA, packet, .host)
    let leg = entry.leg(fromA: fromA)
    guard entry.pointee.translation.kind == .answers, leg.pointee.forwarding == .stack,
      leg.pointee.flags.has(.fromOutside)
    else { return }
    try resolveAnswers(buffer, packet, entry, fromA: fromA ? 1 : 0)
  }

  /// Whether a packet of the host that belongs to no known flow goes to a service; then its backend is chosen.
  @inline(never)
  private static func openFromHost(_ packet: PacketPointer<Self>) throws(Drop) -> Bool {
    if packet.pointee.key.isBeside {
      try openBeside(packet, Hook.egress.rawValue)
      return true
    }
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
