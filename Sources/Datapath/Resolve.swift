import DataplaneABI
import KernelRuntime

extension IPFamily {
  /// Works out how packets to `destination` leave, and stores it in the leg that they go. Returns what the destination is to
  /// this node.
  @inline(__always)
  @discardableResult
  static func resolve(
    _ destination: Address, _ entry: EntryPointer<Self>, fromA: Bool
  ) throws(Drop) -> RouteFlags {
    let leg = entry.leg(fromA: fromA)
    leg.pointee.forwarding = .stack
    leg.pointee.mtu = 0
    if leg.pointee.flags.has(.tunnelled) { return try resolveTunnel(entry, fromA: fromA) }
    return try lead(entry, fromA: fromA, along: route(to: destination))
  }

  /// The same for a leg that does not lead through a tunnel, whose route is known; nil is none.
  @inline(__always)
  @discardableResult
  static func lead(
    _ entry: EntryPointer<Self>, fromA: Bool, along route: UnsafeMutablePointer<Route<Address>>?
  ) throws(Drop) -> RouteFlags {
    let leg = entry.leg(fromA: fromA)
    leg.pointee.forwarding = .stack
    leg.pointee.mtu = 0
    guard let route else { return [] }
    let flags = route.pointee.flags
    if flags.has(.localWorkload) {
      guard route.pointee.interfaceIndex != 0 else { throw .noRoute }
      leg.pointee.forwarding = .workload
      leg.pointee.mac = route.pointee.mac
    } else if !flags.has(.local), route.pointee.interfaceIndex != 0, route.pointee.nextHop != .any {
      leg.pointee.forwarding = .neighbour
      entry.nextHop(fromA: fromA).pointee = route.pointee.nextHop
    } else {
      return flags
    }
    leg.pointee.interfaceIndex = route.pointee.interfaceIndex
    leg.pointee.mtu = route.pointee.mtu
    return flags
  }

  /// The way to the node at the other end of a leg's tunnel.
  @inline(__always)
  static func resolveTunnel(_ entry: EntryPointer<Self>, fromA: Bool) throws(Drop) -> RouteFlags {
    let leg = entry.leg(fromA: fromA)
    guard let route = route(to: entry.nextHop(fromA: fromA).pointee), route.pointee.flags.has(.host),
      route.pointee.interfaceIndex != 0
    else { throw .noRoute }
    leg.pointee.forwarding = .tunnel
    leg.pointee.interfaceIndex = route.pointee.interfaceIndex
    let overhead = UInt16(truncatingIfNeeded: tunnelOverhead)
    leg.pointee.mtu = route.pointee.mtu > overhead ? route.pointee.mtu &- overhead : 0
    return []
  }

  /// The slow part of an established packet: its direction was not seen yet, came in elsewhere, or routes have changed.
  @inline(never)
  static func refresh(
    _ buffer: SocketBuffer, _ entry: EntryPointer<Self>, _ packet: PacketPointer<Self>, _ sender: Sender
  ) throws(Drop) {
    let fromA = packet.pointee.sourceIsA
    _ = try checkSource(
      packet, from: sender, isRelayedAnswer: isRelayedAnswer(packet, entry, fromA: fromA))
    let leg = entry.leg(fromA: fromA)
    try renew(entry, packet.pointee.destination, fromA: packet.pointee.sourceIsA, packet, sender)
    if sender == .network, leg.pointee.flags.has(.opener), leg.pointee.arrivalInterface != packet.pointee.arrival {
      followInterface(packet, entry)
    }
    leg.pointee.arrivalInterface = packet.pointee.arrival
    if leg.pointee.forwarding == .stack {
      try resolveAnswers(buffer, packet, entry, fromA: fromA ? 1 : 0)
    }
  }

  /// Resolves a direction anew if routes have changed since it was. `destination` is where its packets go as they come in.
  @inline(__always)
  static func renew(
    _ entry: EntryPointer<Self>, _ destination: Address, fromA: Bool, _ packet: PacketPointer<Self>, _ sender: Sender
  ) throws(Drop) {
    let leg = entry.leg(fromA: fromA)
    let generation = routeGeneration
    guard leg.pointee.generation != generation else { return }
    let kind = entry.pointee.translation.kind
    let translates = kind != .none && kind != .relayed && (kind == .opener) == leg.pointee.flags.has(.opener)
    try resolve(translates ? entry.pointee.translation.tuple.destination : destination, entry, fromA: fromA)
    leg.pointee.generation = generation
    count(.rerouted, packet.pointee.interfaceIndex, sender.hook)
  }
}
