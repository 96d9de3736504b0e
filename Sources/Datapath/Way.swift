import DataplaneABI
import KernelRuntime

/// What is known of a way. Not an enum: it lives in a map.
struct WayState: RawRepresentable, Equatable, BitwiseCopyable {
  var rawValue: UInt32
  @inline(__always) init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Nobody has asked yet.
  @inline(__always) static var unknown: WayState { WayState(rawValue: 0) }
  /// `Packet.way` is it.
  @inline(__always) static var found: WayState { WayState(rawValue: 1) }
  /// There is none.
  @inline(__always) static var none: WayState { WayState(rawValue: 2) }
}

extension IPFamily {
  /// The route of a flow that is being opened, to `translated.destination`; nil if there is none. Asked for once, whoever wants to
  /// know first.
  @inline(__always)
  static func way(_ packet: PacketPointer<Self>) -> UnsafeMutablePointer<Route<Address>>? {
    if packet.pointee.wayState == .unknown { findWay(packet) }
    return packet.pointee.wayState == .found ? withUnsafeMutablePointer(to: &packet.pointee.way) { $0 } : nil
  }

  @inline(never)
  private static func findWay(_ packet: PacketPointer<Self>) {
    packet.pointee.wayState = .none
    if let route = route(to: packet.pointee.translated.destination) { goAlong(packet, route) }
  }

  /// Notes a route that is known already. Field by field: a whole one would go over the stack.
  @inline(__always)
  static func goAlong(_ packet: PacketPointer<Self>, _ route: UnsafeMutablePointer<Route<Address>>) {
    packet.pointee.way.flags = route.pointee.flags
    packet.pointee.way.interfaceIndex = route.pointee.interfaceIndex
    packet.pointee.way.nextHop = route.pointee.nextHop
    packet.pointee.way.mac = route.pointee.mac
    packet.pointee.way.mtu = route.pointee.mtu
    packet.pointee.way.policy = route.pointee.policy
    packet.pointee.wayState = .found
  }
}
