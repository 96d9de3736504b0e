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
    beginTranslation(packet)
    let isOutside = source.rawValue & (RouteFlags.workload.rawValue | RouteFlags.host.rawValue) == 0
    var staysHere = packet.pointee.cameThroughTunnel
    if !staysHere {
      if isOutside { try checkClient(packet, frontend) }
      let policy = isOutside ? FrontendFlags.externalLocal : FrontendFlags.internalLocal
      staysHere = frontend.pointee.flags.rawValue & policy.rawValue != 0
    }
    // What knows of no backend here may not know yet, or of one whose slice names no node.
    let isUnknown = packet.pointee.cameThroughTunnel && frontend.pointee.localCount == 0
    if isUnknown, frontend.pointee.count == 0 { throw .backendMissing }
    try chooseBackend(of: frontend, for: packet, staysHere: staysHere && !isUnknown)
    let route = route(to: packet.pointee.translated.destination)
    if let route, route.pointee.flags.has(.local) { return .translated }
    // Its sender tries again; a node that is asked by another passes nothing on.
    if packet.pointee.cameThroughTunnel { throw .backendMissing }
    guard let route, route.pointee.nextHop != .any else {
      // Whoever it is, its answers have to come back to here.
      try useNodeAddress(packet, .ingress)
      return .translated
    }
    packet.pointee.tunnelEnd = route.pointee.nextHop
    return .relayed
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
    countFlow(packet.pointee.interfaceIndex, Hook.ingress.rawValue, isToService: 1)
    count(.relayed, packet.pointee.interfaceIndex, .ingress)
  }

  /// The entry of such a flow, in scratch memory. A subprogram, as `prepareEntry`.
  @inline(never)
  private static func prepareRelay(_ packet: PacketPointer<Self>) throws(Drop) {
    let openerIsA = packet.pointee.sourceIsA
    let entry = try newEntry(openerIsA: openerIsA, arrival: packet.pointee.arrival, now: packet.pointee.now)
    let leg = entry.leg(fromA: openerIsA)
    leg.pointee.flags = leg.pointee.flags | .tunnelled
    if returnsDirectly(route(to: packet.pointee.source)?.pointee.flags ?? []) {
      leg.pointee.flags = leg.pointee.flags | .answeredElsewhere
    }
    entry.nextHop(fromA: openerIsA).pointee = packet.pointee.tunnelEnd
    isFromOutside(entry)
    try resolve(packet.pointee.destination, entry, fromA: openerIsA)
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
    if returnsDirectly(route(to: packet.pointee.source)?.pointee.flags ?? []) { return }
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
    guard let companion = companion(of: entry, packet) else { return }
    entry.nextHop(fromA: !fromA).pointee = packet.pointee.tunnelEnd
    let backIsA = !companion.pointee.aToB.flags.has(.opener)
    companion.nextHop(fromA: backIsA).pointee = packet.pointee.tunnelEnd
    let back = companion.leg(fromA: backIsA)
    back.pointee.generation = back.pointee.generation &- 1
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
    setKey(otherKey, withUnsafeMutablePointer(to: &entry.pointee.translation.tuple) { $0 }, packet.pointee.proto)
    return flow(otherKey)
  }
}
