import DataplaneABI
import KernelRuntime

extension IPFamily {
  /// The packet as it is, before anything is decided.
  @inline(__always) static func beginTranslation(_ packet: PacketPointer<Self>) {
    packet.pointee.translated = packet.pointee.tuple
    packet.pointee.ends = []
    packet.pointee.backend = BackendKey(id: 0, ordinal: 0)
    packet.pointee.wayState = .unknown
  }

  /// Whether a pod reaches itself through a service: its answers would never come back to where they are translated.
  @inline(__always) static func isHairpin(_ packet: PacketPointer<Self>) -> Bool {
    packet.pointee.translated.destination == packet.pointee.source && packet.pointee.ends.has(.destination)
  }

  /// Whether a pod of a pool with `natOutgoing` sends to where pods' addresses mean nothing.
  @inline(__always)
  static func leavesCluster(_ packet: PacketPointer<Self>, from source: RouteFlags) -> Bool {
    guard source.has(.natOutgoing), !staysOnLink(packet.pointee.translated.destination) else { return false }
    guard let route = way(packet) else { return true }
    let flags = route.pointee.flags
    if flags.has(.inPool) || flags.has(.workload) || flags.has(.localHost) { return false }
    guard flags.has(.host) else { return true }
    return Node.state.map { $0.pointee.flags.rawValue & NodeFlags.natExcludesHosts.rawValue == 0 } ?? true
  }

  /// Has the flow come from this node itself.
  @inline(__always) static func useNodeAddress(_ packet: PacketPointer<Self>, _ hook: Hook) throws(Drop) {
    guard let node = Node.state else { throw .noNodeAddress }
    let address = nodeAddress(node)
    guard address != .any else { throw .noNodeAddress }
    packet.pointee.translated.source = address
    packet.pointee.ends = TranslatedEnds(rawValue: packet.pointee.ends.rawValue | TranslatedEnds.source.rawValue)
    count(.sourceTranslated, packet.pointee.interfaceIndex, hook)
  }

  /// Whether a pod may send where it does, given what that is to this node: to the node itself by
  /// `defaultEndpointToHostAction`, to services' ranges only where a service is.
  @inline(__always)
  static func checkDestination(_ flags: RouteFlags, _ packet: PacketPointer<Self>) throws(Drop) {
    try checkUse(flags)
    guard flags.has(.host), let node = Node.state else { return }
    // What comes to that port from a node, whose address it may get as its source, counts as passed on by the node.
    if packet.pointee.proto == IPProtocolNumber.udp,
      packet.pointee.translated.destinationPort == node.pointee.tunnelPort
    {
      throw .tunnelSource
    }
    guard flags.has(.local) else { return }
    if node.pointee.flags.has(.dropEndpointToHost) { throw .endpointToHost }
  }

  /// `serviceLoopPrevention`: the node would send what no service takes to the very router that sends it here.
  @inline(__always) static func checkUse(_ flags: RouteFlags) throws(Drop) {
    guard flags.has(.unusedService) else { return }
    throw flags.has(.refusesUnused) ? .serviceRefused : .serviceLoop
  }
}
