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
      case .tracked: entry = opened(packet)
      case .left: return .next
      case .asked: return .ask
      case .held, .heldForHost: return try hold(buffer, packet)
      }
    }
    guard let entry else { throw .conntrackFull }
    return try forward(buffer, &view, packet, entry, .workload, asks: true)
  }

  /// A packet of a pod that belongs to no known flow: check its source, work out what it becomes, track it.
  @inline(never)
  private static func openFromWorkload(_ packet: PacketPointer<Self>) throws(Drop) -> Opening {
    if recall(packet, Hook.ingress.rawValue) { return .tracked }
    let source = try checkSource(packet, from: .workload)
    if packet.pointee.isLaterFragment, !isMulticast(packet.pointee.destination) { return .held }
    beginTranslation(packet)
    if isMulticast(packet.pointee.destination) {
      return try leaveIfAllowed(.notOurs, packet, receiver: nil, from: .workload)
    }
    if let frontend = frontend(for: packet) {
      // Nobody remembers which backend it was.
      guard packet.pointee.mayOpen else { throw .noFlow }
      try chooseBackend(of: frontend, for: packet, staysHere: staysHere(frontend))
    }
    guard packet.pointee.mayOpen else {
      if isLeftAlone(packet) { return .tracked }
      if let route = way(packet) { try checkDestination(route.pointee.flags, packet) }
      guard !packet.pointee.key.isBeside else { throw .natCollision }
      // The stack sends it on, and the pod that it goes to has its say there.
      return try leaveIfAllowed(.midFlow, packet, receiver: nil, from: .workload)
    }
    try keepApart(packet, Hook.ingress.rawValue)
    if isHairpin(packet) || leavesCluster(packet, from: source) { try useNodeAddress(packet, .ingress) }
    let pending: Pending = packet.pointee.ends.rawValue != 0 ? .translated : .plain
    return try ask(packet, pending, receiver: way(packet), from: .workload)
  }

  /// Leaves a packet that no flow will have to the host stack if policies allow it.
  @inline(__always)
  static func leaveIfAllowed(
    _ event: CounterIndex, _ packet: PacketPointer<Self>, receiver: UnsafeMutablePointer<Route<Address>>?,
    from sender: Sender
  ) throws(Drop) -> Opening {
    count(event, packet.pointee.interfaceIndex, sender.hook)
    return try ask(packet, .pass, receiver: receiver, from: sender)
  }

  /// Counts a packet that is the host stack's.
  @inline(__always)
  static func leave(_ event: CounterIndex, _ packet: PacketPointer<Self>, _ hook: Hook) -> Opening {
    count(event, packet.pointee.interfaceIndex, hook)
    return .left
  }
}
