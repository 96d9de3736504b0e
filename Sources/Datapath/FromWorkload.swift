import DataplaneABI
import KernelRuntime

extension IPFamily {
  /// A packet that a pod sent.
  @inline(__always)
  static func fromWorkload(_ buffer: SocketBuffer, _ packet: PacketPointer<Self>) throws(Drop) -> Verdict {
    var view = buffer.view()
    try parse(buffer, &view, into: packet)
    if try isLinkMaintenance(packet) {
      count(.notOurs, buffer.interfaceIndex, .ingress)
      return .next
    }
    if packet.pointee.kind == .icmpError { return try relateAndForward(buffer, packet, .workload) }
    var entry = try find(packet, from: .workload)
    if entry == nil {
      switch try openFromWorkload(packet) {
      case .left: return .next
      case .held: return try hold(buffer, packet)
      case .translated: try openTranslated(buffer, packet, arrival: packet.pointee.interfaceIndex, from: .workload)
      case .tracked, .relayed, .heldForHost: break
      }
      if packet.pointee.isCounted != 0 { return try forwardFirst(buffer, packet, .workload) }
      entry = opened(packet)
    }
    guard let entry else { throw .conntrackFull }
    return try forward(buffer, &view, packet, entry, .workload)
  }

  /// A packet of a pod that belongs to no known flow: check its source, work out what it becomes, track it.
  @inline(never)
  private static func openFromWorkload(_ packet: PacketPointer<Self>) throws(Drop) -> Opening {
    packet.pointee.isCounted = 0
    if recall(packet, Hook.ingress.rawValue) { return .tracked }
    let source = try checkSource(packet, from: .workload)
    if isMulticast(packet.pointee.destination) { return leave(.notOurs, packet, .ingress) }
    if packet.pointee.isLaterFragment { return .held }
    beginTranslation(packet)
    if let frontend = frontend(for: packet) {
      // Nobody remembers which backend it was.
      guard packet.pointee.mayOpen else { throw .noFlow }
      try chooseBackend(of: frontend, for: packet, staysHere: staysHere(frontend))
    }
    guard packet.pointee.mayOpen else {
      if isLeftAlone(packet) { return .tracked }
      if let route = route(to: packet.pointee.destination) { try checkDestination(route.pointee.flags, packet) }
      guard !packet.pointee.key.isBeside else { throw .natCollision }
      return leave(.midFlow, packet, .ingress)
    }
    try keepApart(packet, Hook.ingress.rawValue)
    if isHairpin(packet) || leavesCluster(packet, from: source) { try useNodeAddress(packet, .ingress) }
    if packet.pointee.ends.rawValue != 0 { return .translated }
    try openPlain(packet, arrival: packet.pointee.interfaceIndex, from: .workload, along: way(packet))
    count(.newFlow, packet.pointee.interfaceIndex, .ingress)
    return .tracked
  }

  /// Counts a packet that is the host stack's.
  @inline(__always)
  static func leave(_ event: CounterIndex, _ packet: PacketPointer<Self>, _ hook: Hook) -> Opening {
    count(event, packet.pointee.interfaceIndex, hook)
    return .left
  }
}
