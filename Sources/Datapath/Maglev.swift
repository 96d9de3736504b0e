import DataplaneABI
import KernelRuntime

// Services whose clients outside get the same backend from every node (Maglev): the agent gives all nodes the same table for the
// service, and a number that comes of the packet's tuple says which slot of it is the packet's. So another node can go on with a
// connection that it has never seen.

extension IPFamily {
  /// Chooses the backend that the frontend's table has for the packet. Returns 0 if there is no table, if it is just being written, or
  /// if the node that passed the packet on has another: what that takes for a backend of this node is not.
  ///
  /// Where clients keep to a backend (`sessionAffinity`), only their address counts: then all that one sends has one slot.
  @inline(never)
  static func chooseByTable(
    _ frontend: UnsafeMutablePointer<Frontend>, _ packet: PacketPointer<Self>
  ) -> UInt32 {
    let slots = UInt32(frontend.pointee.maglevSlots)
    guard usesTable(frontend), slots != 0 else { return 0 }
    let countsPorts = frontend.pointee.affinitySeconds == 0
    let hash = hash(
      packet.pointee.source, countsPorts ? UInt32(packet.pointee.sourcePort.host) : 0, packet.pointee.destination,
      countsPorts ? UInt32(packet.pointee.destinationPort.host) : 0, UInt32(packet.pointee.proto))
    packet.pointee.backend.id = frontend.pointee.id
    packet.pointee.backend.ordinal = hash % slots
    guard let backend = maglev.lookup(packet.backend()) else { return 0 }
    packet.pointee.translated.destination = backend.pointee.address
    packet.pointee.translated.destinationPort = backend.pointee.port
    packet.pointee.ends = .destination
    if packet.pointee.cameThroughTunnel {
      guard let route = route(to: backend.pointee.address), route.pointee.flags.has(.local) else { return 0 }
    }
    if !packet.pointee.mayOpen { count(.takenOver, packet.pointee.interfaceIndex, .ingress) }
    return 1
  }

  @inline(__always) static func usesTable(_ frontend: UnsafeMutablePointer<Frontend>) -> Bool {
    frontend.pointee.flags.rawValue & FrontendFlags.maglev.rawValue != 0
  }
}
