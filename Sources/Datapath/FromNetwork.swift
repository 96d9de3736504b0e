import DataplaneABI
import KernelRuntime

extension IPFamily {
  /// A packet that came in over the node's interface. Ours if it goes to a pod of this node; everything else is the host's.
  @inline(__always)
  static func fromNetwork(_ buffer: SocketBuffer, _ packet: PacketPointer<Self>) throws(Drop) -> Verdict {
    var view = buffer.view()
    let keepsLink: Bool
    do throws(Drop) {
      try parse(buffer, &view, into: packet)
      keepsLink = try isLinkMaintenance(packet)
    } catch {
      guard !isForLocalWorkload(buffer) else { throw error }
      count(.notOurs, buffer.interfaceIndex, .ingress)
      return .next
    }
    if keepsLink {
      count(.notOurs, buffer.interfaceIndex, .ingress)
      return .next
    }
    if mayBeTunnel(packet) {
      try unwrap(buffer, packet)
      view = buffer.view()
    }
    if packet.pointee.kind == .icmpError { return try relateAndForward(buffer, packet, .network) }
    var entry = try find(packet, from: .network)
    if entry == nil {
      switch try openFromNetwork(buffer, packet) {
      case .tracked: entry = opened(packet)
      case .left: return .next
      case .asked: return .ask
      case .held: return try hold(buffer, packet)
      case .heldForHost: return holdForHost(buffer, packet)
      }
    }
    guard let entry else { throw .conntrackFull }
    if packet.pointee.cameThroughTunnel { followTunnel(packet, entry) }
    return try forward(buffer, &view, packet, entry, .network, asks: true)
  }

  @inline(never)
  private static func openFromNetwork(
    _ buffer: SocketBuffer, _ packet: PacketPointer<Self>
  ) throws(Drop) -> Opening {
    if recall(packet, Hook.ingress.rawValue) { return .tracked }
    // What another node sends on is for a service, or it is nothing.
    let found = packet.pointee.cameThroughTunnel ? nil : route(to: packet.pointee.destination)
    let receiver = found?.pointee.flags ?? []
    if mayAskService(packet, receiver),
      let frontend = frontend(for: packet, isAtNode: packet.pointee.cameThroughTunnel || receiver.has(.host))
    {
      // A connection that nobody knows here would go round between this node and its router; unless every node leads it the same way.
      guard packet.pointee.mayOpen || usesTable(frontend) else { throw .noFlow }
      try checkWayBack(buffer, packet, isForService: true)
      return try openService(packet, frontend)
    }
    if packet.pointee.cameThroughTunnel { throw .noFlow }
    guard let route = found else { return leave(.toStack, packet, .ingress) }
    if route.pointee.flags.has(.unusedService) {
      // Whoever is to be told must be who it says it is.
      _ = try checkSource(packet, from: .network)
      try checkWayBack(buffer, packet, isForService: false)
      try checkUse(route.pointee.flags)
    }
    guard route.pointee.flags.has(.local) else { return leave(.toStack, packet, .ingress) }
    guard route.pointee.flags.has(.localWorkload) else { return try leaveToHost(buffer, packet) }
    _ = try checkSource(packet, from: .network)
    try checkWayBack(buffer, packet, isForService: false)
    if packet.pointee.isLaterFragment { return .held }
    return try openToPod(packet, route)
  }

  /// To a pod of this node. A subprogram, off its caller's stack.
  @inline(never)
  private static func openToPod(
    _ packet: PacketPointer<Self>, _ route: UnsafeMutablePointer<Route<Address>>
  ) throws(Drop) -> Opening {
    beginTranslation(packet)
    goAlong(packet, route)
    try keepApart(packet, Hook.ingress.rawValue)
    guard packet.pointee.mayOpen else {
      // The stack sends it on, and the pod has its say there.
      return isLeftAlone(packet) ? .tracked : leave(.midFlow, packet, .ingress)
    }
    let pending: Pending = packet.pointee.ends.rawValue != 0 ? .translated : .plain
    return try ask(packet, pending, receiver: way(packet), from: .network)
  }

  /// No service has a pod's address. What goes on between others and the node itself is no service's, and costs no look-up.
  @inline(__always)
  private static func mayAskService(_ packet: PacketPointer<Self>, _ receiver: RouteFlags) -> Bool {
    if packet.pointee.isLaterFragment || receiver.has(.localWorkload) { return false }
    return packet.pointee.mayOpen || !receiver.has(.local)
  }

  /// To the node itself; unless it is a piece of a packet that, for all that is known yet, may answer a pod by the node's address.
  @inline(__always)
  private static func leaveToHost(_ buffer: SocketBuffer, _ packet: PacketPointer<Self>) throws(Drop) -> Opening {
    // The host's answers would be taken for those of the other flow.
    guard !packet.pointee.key.isBeside else { throw .natCollision }
    if packet.pointee.fragment == .early { return .heldForHost }
    if packet.pointee.fragment == .first {
      _ = try checkSource(packet, from: .network)
      noteFragment(packet)
      _ = sendHeldFragments(buffer, packet)
    }
    return leave(.toHost, packet, .ingress)
  }

  /// The host stack can wait for the first piece itself.
  @inline(__always)
  private static func holdForHost(_ buffer: SocketBuffer, _ packet: PacketPointer<Self>) -> Verdict {
    do throws(Drop) {
      _ = try checkSource(packet, from: .network)
      return try hold(buffer, packet)
    } catch {
      count(.toHost, packet.pointee.interfaceIndex, .ingress)
      return .next
    }
  }

  /// Whether a packet that could not be parsed names a pod of this node as its destination.
  @inline(__always) private static func isForLocalWorkload(_ buffer: SocketBuffer) -> Bool {
    guard let header = buffer.view().at(headerOffset, as: Header.self),
      let route = route(to: destination(header))
    else { return false }
    return route.pointee.flags.has(.localWorkload)
  }
}
