import DataplaneABI
import KernelRuntime

extension IPFamily {
  /// A packet that the host stack sends to a pod. It goes on as it is; the entry lets the pod's answers match, and answers
  /// of a backend on the host itself get the service's address back.
  @inline(__always)
  static func toWorkload(_ buffer: SocketBuffer, _ packet: PacketPointer<Self>) throws(Drop) -> Verdict {
    var view = buffer.view()
    try parse(buffer, &view, into: packet)
    if packet.pointee.kind == .linkMaintenance {
      count(.notOurs, buffer.interfaceIndex, .egress)
      return .next
    }
    if packet.pointee.kind == .icmpError { return try relateInPlace(buffer, packet) }
    var entry = try find(packet, from: .host)
    if entry == nil {
      switch try openToWorkload(buffer, packet) {
      case .tracked: entry = opened(packet)
      case .asked: return .ask
      case .left, .held, .heldForHost: return .next
      }
    }
    guard let entry else { throw .conntrackFull }
    return try deliver(buffer, &view, packet, entry)
  }

  /// A packet of the host stack's whose flow is tracked.
  @inline(__always)
  static func deliver(
    _ buffer: SocketBuffer, _ view: inout PacketView, _ packet: PacketPointer<Self>, _ entry: EntryPointer<Self>
  ) throws(Drop) -> Verdict {
    if packet.pointee.fragment == .first { noteFragment(packet) }
    let leg = entry.leg(fromA: packet.pointee.sourceIsA)
    let translates = try translates(entry, leg)
    leg.pointee.saw(packet.pointee.length, tcpFlags: packet.pointee.tcpFlags)
    entry.pointee.lastSeen = packet.pointee.now
    if translates {
      try translate(buffer, &view, packet, entry)
      guard let header = view.at(headerOffset, as: Header.self) else { throw .rewriteFailed }
      finish(header, decrement: false, addressDifference: entry.pointee.translation.addressDifference)
    }
    return .next
  }

  @inline(never)
  private static func openToWorkload(
    _ buffer: SocketBuffer, _ packet: PacketPointer<Self>
  ) throws(Drop) -> Opening {
    if recall(packet, Hook.egress.rawValue) { return .tracked }
    // Nothing is translated on the way in.
    guard !packet.pointee.key.isBeside else { throw .natCollision }
    if isMulticast(packet.pointee.destination) { return leave(.notOurs, packet, .egress) }
    if packet.pointee.isLaterFragment { throw .fragment }
    beginTranslation(packet)
    if isOwn(buffer) {
      guard packet.pointee.mayOpen else { return leave(.midFlow, packet, .egress) }
      try openPlain(packet, arrival: 0, from: .host, along: way(packet))
      count(.newFlow, packet.pointee.interfaceIndex, .egress)
      return .tracked
    }
    guard packet.pointee.mayOpen else {
      return try leaveIfAllowed(.midFlow, packet, receiver: way(packet), from: .host)
    }
    return try ask(packet, .plain, receiver: way(packet), from: .host)
  }

  /// Whether the host itself sent a packet of its stack's: nothing keeps a node from its own pods.
  @inline(__always) static func isOwn(_ buffer: SocketBuffer) -> Bool { buffer.arrivalInterface == 0 }
}
