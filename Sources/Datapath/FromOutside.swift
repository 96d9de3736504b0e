import DataplaneABI
import KernelRuntime

// Services that are asked for from outside the cluster, at any node. A backend on this node is reached like by a pod; for one on
// another node the packet goes there through a tunnel as it is, and that node does what there is to do.

extension IPFamily {
  /// A packet from the fabric to a service, which belongs to no known flow.
  @inline(never)
  static func openService(
    _ packet: PacketPointer<Self>, _ frontend: UnsafeMutablePointer<Frontend>
  ) throws(Drop) -> Opening {
    let source = try checkSource(packet, from: .network)
    packet.pointee.sourceFlags = source
    beginTranslation(packet)
    let isOutside = source.rawValue & (RouteFlags.workload.rawValue | RouteFlags.host.rawValue) == 0
    if isOutside, !packet.pointee.cameThroughTunnel { try checkClient(packet, frontend) }
    if chooseByTable(frontend, packet) == 0 {
      // Another node has what this one does not know.
      guard packet.pointee.mayOpen else { throw .noFlow }
      try chooseForOutside(packet, frontend, isOutside ? .externalLocal : .internalLocal)
    }
    let route = way(packet)
    if let route, route.pointee.flags.has(.local) {
      return try ask(packet, .translated, receiver: route, from: .network)
    }
    // Its sender tries again; a node that is asked by another passes nothing on.
    if packet.pointee.cameThroughTunnel { throw .backendMissing }
    guard let route, route.pointee.nextHop != .any else {
      // Whoever it is, its answers have to come back to here.
      try useNodeAddress(packet, .ingress)
      return try ask(packet, .translated, receiver: nil, from: .network)
    }
    packet.pointee.tunnelEnd = route.pointee.nextHop
    // Its own node asks the backend's policy.
    return try ask(packet, .relayed, receiver: nil, from: .network)
  }

  /// - Parameter policy: that keeps such packets on the node. Maglev, which leads to the same backend from all of them, has none.
  @inline(__always)
  private static func chooseForOutside(
    _ packet: PacketPointer<Self>, _ frontend: UnsafeMutablePointer<Frontend>, _ policy: FrontendFlags
  ) throws(Drop) {
    let isKept = frontend.pointee.flags.rawValue & policy.rawValue != 0 && !usesTable(frontend)
    // What knows of no backend here may not know yet, or of one whose slice names no node.
    let isUnknown = packet.pointee.cameThroughTunnel && frontend.pointee.localCount == 0
    if isUnknown, frontend.pointee.count == 0 { throw .backendMissing }
    try chooseBackend(
      of: frontend, for: packet, staysHere: (packet.pointee.cameThroughTunnel || isKept) && !isUnknown)
  }

  /// `loadBalancerSourceRanges`.
  @inline(__always)
  private static func checkClient(
    _ packet: PacketPointer<Self>, _ frontend: UnsafeMutablePointer<Frontend>
  ) throws(Drop) {
    guard frontend.pointee.flags.rawValue & FrontendFlags.sourceRanges.rawValue != 0 else { return }
    var key = SourceRangeKey(id: frontend.pointee.id, address: packet.pointee.source, length: Address.bitWidth)
    guard sourceRanges.lookup(&key) != nil else { throw .sourceRange }
  }

  /// Tracks a flow whose packets go to the node `tunnelEnd` as they are.
  @inline(never)
  static func openRelayed(_ packet: PacketPointer<Self>) throws(Drop) {
    try prepareRelay(packet)
    guard let scratch = Scratch.current else { throw .conntrackFull }
    let entry = scratchEntry(scratch)
    setTranslation(.opener, packet, entry)
    entry.pointee.translation.kind = .relayed
    let result = insert(packet.key(), entry, .create)
    guard result == .done || result == .exists else { throw .conntrackFull }
    countFlow(packet.pointee.interfaceIndex, Hook.ingress.rawValue, isToService: 1, isRelayed: 1)
  }

  /// The entry of such a flow, in scratch memory. A subprogram, as `prepareEntry`.
  @inline(never)
  private static func prepareRelay(_ packet: PacketPointer<Self>) throws(Drop) {
    let openerIsA = packet.pointee.sourceIsA
    let entry = try newEntry(openerIsA: openerIsA, arrival: packet.pointee.arrival, now: packet.pointee.now)
    let leg = entry.leg(fromA: openerIsA)
    leg.pointee.flags = leg.pointee.flags | .tunnelled
    if returnsDirectly(packet.pointee.sourceFlags) {
      leg.pointee.flags = leg.pointee.flags | .answeredElsewhere
    }
    entry.nextHop(fromA: openerIsA).pointee = packet.pointee.tunnelEnd
    isFromOutside(entry)
    _ = try resolveTunnel(entry, fromA: openerIsA)
  }

  @inline(__always) static func isFromOutside(_ entry: EntryPointer<Self>) {
    entry.pointee.aToB.flags = entry.pointee.aToB.flags | .fromOutside
    entry.pointee.bToA.flags = entry.pointee.bToA.flags | .fromOutside
  }

  /// Whether clients get their answers from the backend's node itself, by what they are to this node.
  @inline(__always) static func returnsDirectly(_ source: RouteFlags) -> Bool {
    guard let node = Node.state, node.pointee.flags.has(.returnsDirectly) else { return false }
    return !source.has(.noDirectReturn)
  }

  /// Has the answers of a flow that another node passed on go back through that.
  @inline(__always)
  static func returnThroughTunnel(_ packet: PacketPointer<Self>, _ entry: EntryPointer<Self>, openerIsA: Bool) {
    guard packet.pointee.cameThroughTunnel else { return }
    if returnsDirectly(packet.pointee.sourceFlags) { return }
    let leg = entry.leg(fromA: !openerIsA)
    leg.pointee.flags = leg.pointee.flags | .tunnelled
    entry.nextHop(fromA: !openerIsA).pointee = packet.pointee.tunnelEnd
  }

  /// The answers go back through the node that the client's packets come by now: the one before may be gone.
  @inline(never)
  static func followTunnel(_ packet: PacketPointer<Self>, _ entry: EntryPointer<Self>) {
    let fromA = packet.pointee.sourceIsA
    guard entry.pointee.translation.kind == .opener, entry.leg(fromA: fromA).pointee.flags.has(.opener),
      entry.leg(fromA: !fromA).pointee.flags.has(.tunnelled),
      entry.nextHop(fromA: !fromA).pointee != packet.pointee.tunnelEnd
    else { return }
    leadAnswers(packet, entry, 1)
  }

  /// The client's packets have begun to come through a tunnel, or have ceased to: so do the answers. Nothing changes for what bears
  /// a source of this node: that is refused yet.
  @inline(never)
  static func followArrival(_ packet: PacketPointer<Self>, _ entry: EntryPointer<Self>) {
    let fromA = packet.pointee.sourceIsA
    guard entry.pointee.translation.kind == .opener, entry.leg(fromA: fromA).pointee.flags.has(.opener) else { return }
    let client = route(to: packet.pointee.source)?.pointee.flags ?? []
    let throughTunnel = packet.pointee.cameThroughTunnel && !returnsDirectly(client)
    guard !client.has(.local), entry.leg(fromA: !fromA).pointee.flags.has(.tunnelled) != throughTunnel else { return }
    leadAnswers(packet, entry, throughTunnel ? 1 : 0)
  }

  /// Has the answers to the opener's packet go through a tunnel to where that came from, or find their way anew.
  @inline(never)
  private static func leadAnswers(_ packet: PacketPointer<Self>, _ entry: EntryPointer<Self>, _ throughTunnel: UInt32) {
    guard let companion = companion(of: entry, packet) else { return }
    leadBack(entry, fromA: !packet.pointee.sourceIsA, packet, throughTunnel)
    leadBack(companion, fromA: !companion.pointee.aToB.flags.has(.opener), packet, throughTunnel)
  }

  @inline(__always)
  private static func leadBack(
    _ entry: EntryPointer<Self>, fromA: Bool, _ packet: PacketPointer<Self>, _ throughTunnel: UInt32
  ) {
    let leg = entry.leg(fromA: fromA)
    let others = leg.pointee.flags.rawValue & ~LegFlags.tunnelled.rawValue
    leg.pointee.flags = LegFlags(rawValue: throughTunnel != 0 ? others | LegFlags.tunnelled.rawValue : others)
    leg.pointee.generation = leg.pointee.generation &- 1
    if throughTunnel != 0 { entry.nextHop(fromA: fromA).pointee = packet.pointee.tunnelEnd }
  }

  /// The answers' way out is asked for anew: the client comes by another interface now.
  @inline(never)
  static func followInterface(_ packet: PacketPointer<Self>, _ entry: EntryPointer<Self>) {
    let fromA = packet.pointee.sourceIsA
    if entry.pointee.translation.kind == .relayed {
      let back = entry.leg(fromA: !fromA)
      back.pointee.generation = back.pointee.generation &- 1
      return
    }
    guard entry.pointee.translation.kind == .opener, let companion = companion(of: entry, packet) else { return }
    let openerIsA = companion.pointee.aToB.flags.has(.opener)
    companion.leg(fromA: openerIsA).pointee.arrivalInterface = packet.pointee.arrival
    let back = companion.leg(fromA: !openerIsA)
    back.pointee.generation = back.pointee.generation &- 1
  }

  /// The entry of the answers to what an entry of kind `opener` translates.
  @inline(__always)
  private static func companion(of entry: EntryPointer<Self>, _ packet: PacketPointer<Self>) -> EntryPointer<Self>? {
    let otherKey: KeyPointer<Self> = packet.otherKey()
    setCompanionKey(otherKey, of: entry, packet.pointee.proto)
    return flow(otherKey)
  }
}
