import DataplaneABI
import KernelRuntime

extension IPFamily {
  /// Works out how packets to `destination` leave, and stores it in the leg they go.
  @inline(__always)
  static func resolve(
    _ destination: Address, _ leg: UnsafeMutablePointer<ConntrackLeg>, _ nextHop: UnsafeMutablePointer<Address>
  ) throws(Drop) {
    leg.pointee.forwarding = .stack
    guard let route = route(to: destination) else { return }
    let flags = route.pointee.flags
    if flags.has(.localWorkload) {
      guard route.pointee.interfaceIndex != 0 else { throw .noRoute }
      leg.pointee.forwarding = .workload
      leg.pointee.interfaceIndex = route.pointee.interfaceIndex
      leg.pointee.mac = route.pointee.mac
    } else if !flags.has(.local), route.pointee.interfaceIndex != 0, route.pointee.nextHop != .any {
      leg.pointee.forwarding = .neighbour
      leg.pointee.interfaceIndex = route.pointee.interfaceIndex
      nextHop.pointee = route.pointee.nextHop
    }
  }

  /// The slow part of an established packet: its direction was not seen yet, came in elsewhere, or routes have changed.
  @inline(never)
  static func refresh(
    _ entry: EntryPointer<Self>, _ leg: UnsafeMutablePointer<ConntrackLeg>, _ packet: PacketPointer<Self>,
    _ sender: Sender
  ) throws(Drop) {
    try checkSource(packet, from: sender)
    let generation = routeGeneration
    if leg.pointee.generation != generation {
      let translates = entry.pointee.translation.kind == .destination && leg.pointee.flags.has(.opener)
      try resolve(
        translates ? entry.pointee.translation.address : packet.pointee.destination, leg, entry.nextHop())
      leg.pointee.generation = generation
      count(.rerouted, packet.pointee.interfaceIndex, sender.hook)
    }
    leg.pointee.arrivalInterface = packet.pointee.interfaceIndex
  }

  @inline(__always) static var routeGeneration: UInt32 {
    var first: UInt32 = 0
    return cali_node.lookup(&first)?.pointee.routeGeneration ?? 0
  }
}
