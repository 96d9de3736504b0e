import DataplaneABI
import KernelRuntime

extension IPFamily {
  @inline(__always) static func frontend(for packet: PacketPointer<Self>) -> UnsafeMutablePointer<Frontend>? {
    frontend(for: packet, isAtNode: packet.pointee.cameThroughTunnel || isNode(packet.pointee.destination))
  }

  /// - Parameter isAtNode: whether the destination is some node's.
  @inline(__always)
  static func frontend(
    for packet: PacketPointer<Self>, isAtNode: @autoclosure () -> Bool
  ) -> UnsafeMutablePointer<Frontend>? {
    guard packet.pointee.hasPorts else { return nil }
    packet.pointee.frontendKey.address = packet.pointee.destination
    packet.pointee.frontendKey.port = packet.pointee.destinationPort
    packet.pointee.frontendKey.proto = packet.pointee.proto
    packet.pointee.frontendKey.padding = 0
    return frontend(packet.frontendKey(), isAtNode: isAtNode())
  }

  /// The service that has the key, or its port at every node if the address is a node's. `key` then says so.
  ///
  /// - Parameter isAtNode: whether the address is some node's; asked for only where that matters.
  @inline(__always)
  static func frontend(
    _ key: UnsafeMutablePointer<FrontendKey<Address>>, isAtNode: @autoclosure () -> Bool
  ) -> UnsafeMutablePointer<Frontend>? {
    // That address is how the map says "any node's".
    guard key.pointee.address != .everyNode else { return nil }
    if let frontend = frontends.lookup(key) { return frontend }
    guard Node.hasServiceAt(key.pointee.port), isAtNode() else { return nil }
    key.pointee.address = .everyNode
    return frontends.lookup(key)
  }

  @inline(__always)
  static func frontend(_ key: UnsafeMutablePointer<FrontendKey<Address>>) -> UnsafeMutablePointer<Frontend>? {
    frontend(key, isAtNode: isNode(key.pointee.address))
  }

  @inline(__always) private static func isNode(_ address: Address) -> Bool {
    route(to: address)?.pointee.flags.has(.host) ?? false
  }

  /// Chooses one of the frontend's backends as where the packet goes: the one that its client keeps to, or any, each as likely as
  /// the next.
  ///
  /// - Parameter staysHere: only backends of this node will do.
  @inline(__always)
  static func chooseBackend(
    of frontend: UnsafeMutablePointer<Frontend>, for packet: PacketPointer<Self>, staysHere: Bool
  ) throws(Drop) {
    if frontend.pointee.affinitySeconds != 0 {
      try chooseForClient(frontend, packet, staysHere: staysHere ? 1 : 0)
      packet.pointee.translated.destination = packet.pointee.choice.backend.address
      packet.pointee.translated.destinationPort = packet.pointee.choice.backend.port
      packet.pointee.ends = .destination
      return
    }
    packet.pointee.backend = try span(of: frontend, staysHere: staysHere).draw(frontend.pointee.id)
    guard let backend = backends.lookup(&packet.pointee.backend) else { throw .backendMissing }
    packet.pointee.translated.destination = backend.pointee.address
    packet.pointee.translated.destinationPort = backend.pointee.port
    packet.pointee.ends = .destination
  }

  /// What a packet from inside the cluster may choose among.
  @inline(__always) static func staysHere(_ frontend: UnsafeMutablePointer<Frontend>) -> Bool {
    frontend.pointee.flags.rawValue & FrontendFlags.internalLocal.rawValue != 0
  }

  /// What is known of the backend that an entry leads to; nil if it is gone. `key` is room to ask with.
  @inline(__always)
  static func membership(
    _ entry: EntryPointer<Self>, _ key: UnsafeMutablePointer<MemberKey<Address>>
  ) -> MemberFlags? {
    key.pointee = MemberKey(
      id: entry.pointee.translation.backend.id, address: entry.pointee.translation.tuple.destination,
      port: entry.pointee.translation.tuple.destinationPort)
    return members.lookup(key)?.pointee
  }
}

extension MemberFlags {
  @inline(__always) func has(_ other: MemberFlags) -> Bool { rawValue & other.rawValue == other.rawValue }
}
