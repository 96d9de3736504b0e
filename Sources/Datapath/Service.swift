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

  /// Whether the backend that an entry leads to is still where it was chosen.
  @inline(__always) static func isCurrent(_ entry: EntryPointer<Self>) -> Bool {
    var key = entry.pointee.translation.backend
    guard let found = backends.lookup(&key) else { return false }
    return found.pointee.address == entry.pointee.translation.tuple.destination
      && found.pointee.port == entry.pointee.translation.tuple.destinationPort
  }
}
