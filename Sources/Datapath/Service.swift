import DataplaneABI
import KernelRuntime

extension IPFamily {
  @inline(__always) static func frontend(for packet: PacketPointer<Self>) -> UnsafeMutablePointer<Frontend>? {
    guard packet.pointee.hasPorts else { return nil }
    var key = FrontendKey(
      address: packet.pointee.destination, port: packet.pointee.destinationPort, proto: packet.pointee.proto)
    return frontends.lookup(&key)
  }

  /// Chooses one of the frontend's backends, each as likely as the next, as where the packet goes.
  @inline(__always)
  static func chooseBackend(
    of frontend: UnsafeMutablePointer<Frontend>, for packet: PacketPointer<Self>
  ) throws(Drop) {
    packet.pointee.backend = try drawBackend(of: frontend)
    guard let backend = backends.lookup(&packet.pointee.backend) else { throw .backendMissing }
    packet.pointee.translated.destination = backend.pointee.address
    packet.pointee.translated.destinationPort = backend.pointee.port
    packet.pointee.ends = .destination
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
