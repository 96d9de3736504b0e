import DataplaneABI
import KernelRuntime

extension IPFamily {
  @inline(__always) static func route(to address: Address) -> UnsafeMutablePointer<Route<Address>>? {
    var key = RouteKey(host: address)
    return routes.lookup(&key)
  }

  /// Whether a packet may come in here with its source: a workload sends from its own address only, and nobody else sends
  /// from an address that is on this node. Returns what the source is to this node.
  @inline(__always)
  static func checkSource(
    _ packet: PacketPointer<Self>, from sender: Sender, isRelayedAnswer: Bool = false
  ) throws(Drop) -> RouteFlags {
    let found = route(to: packet.pointee.source)
    switch sender {
    case .workload:
      guard let found, found.pointee.flags.has(.localWorkload),
        found.pointee.interfaceIndex == packet.pointee.interfaceIndex
      else {
        throw .sourceNotAllowed
      }
      packet.pointee.sourcePolicy = found.pointee.policy
      return found.pointee.flags
    case .network:
      // The node that this one passed a flow on to answers in this one's name.
      if let found, found.pointee.flags.has(.local), !isRelayedAnswer { throw .sourceNotAllowed }
    case .host: break
    }
    return found?.pointee.flags ?? []
  }
}

extension IPFamily {
  /// Whether a packet that goes `fromA` in its flow came out of the tunnel to whom this node passed the flow on to.
  @inline(__always)
  static func isRelayedAnswer(_ packet: PacketPointer<Self>, _ entry: EntryPointer<Self>, fromA: Bool) -> Bool {
    packet.pointee.cameThroughTunnel && entry.pointee.translation.kind == .relayed
      && !entry.leg(fromA: fromA).pointee.flags.has(.opener)
      && packet.pointee.tunnelEnd == entry.nextHop(fromA: !fromA).pointee
  }
}

/// Who sent a packet, as told by the hook that sees it.
enum Sender {
  /// A pod: ingress of its host-side interface.
  case workload
  /// The fabric: ingress of the node's interface.
  case network
  /// The host stack: egress of a pod's host-side interface.
  case host

  @inline(__always) var hook: Hook { self == .host ? .egress : .ingress }
}

extension RouteFlags {
  @inline(__always) static var localWorkload: RouteFlags { RouteFlags(rawValue: 0x4 | 0x8) }
  @inline(__always) static var localHost: RouteFlags { RouteFlags(rawValue: 0x8 | 0x10) }
  /// All of `other`. (`contains` goes through generic code that the optimiser does not always fold.)
  @inline(__always) func has(_ other: RouteFlags) -> Bool { rawValue & other.rawValue == other.rawValue }
}
