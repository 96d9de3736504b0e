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
      guard try openToWorkload(packet) == .tracked else { return .next }
      entry = opened(packet)
    }
    guard let entry else { throw .conntrackFull }
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
  private static func openToWorkload(_ packet: PacketPointer<Self>) throws(Drop) -> Opening {
    if recall(packet, Hook.egress.rawValue) { return .tracked }
    // Nothing is translated on the way in.
    guard !packet.pointee.key.isBeside else { throw .natCollision }
    if isMulticast(packet.pointee.destination) { return leave(.notOurs, packet, .egress) }
    if packet.pointee.isLaterFragment { throw .fragment }
    guard packet.pointee.mayOpen else { return leave(.midFlow, packet, .egress) }
    try openPlain(packet, arrival: 0, from: .host, along: route(to: packet.pointee.destination))
    count(.newFlow, packet.pointee.interfaceIndex, .egress)
    return .tracked
  }
}
