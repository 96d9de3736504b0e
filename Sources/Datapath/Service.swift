import DataplaneABI
import KernelRuntime

extension IPFamily {
  @inline(__always) static func frontend(for packet: PacketPointer<Self>) -> UnsafeMutablePointer<Frontend>? {
    guard packet.pointee.hasPorts else { return nil }
    var key = FrontendKey(
      address: packet.pointee.destination, port: packet.pointee.destinationPort, proto: packet.pointee.proto)
    return frontends.lookup(&key)
  }

  /// Chooses one of the frontend's backends, each as likely as the next, and notes it in the packet. A workload is not sent to
  /// itself while there is another.
  @inline(__always)
  static func chooseBackend(
    of frontend: UnsafeMutablePointer<Frontend>, for packet: PacketPointer<Self>
  ) throws(Drop) {
    let localOnly = frontend.pointee.flags.rawValue & FrontendFlags.internalLocal.rawValue != 0
    let count = localOnly ? frontend.pointee.localCount : frontend.pointee.count
    guard count > 0 else { throw .noBackend }
    let ordinal = Kernel.random() % count
    packet.pointee.backend = BackendKey(id: frontend.pointee.id, ordinal: ordinal)
    guard try chosenBackend(packet).pointee.address == packet.pointee.source else { return }
    guard count > 1 else { throw .hairpin }
    packet.pointee.backend.ordinal = ordinal &+ 1 == count ? 0 : ordinal &+ 1
    guard try chosenBackend(packet).pointee.address != packet.pointee.source else { throw .hairpin }
  }

  /// The backend that was chosen for a packet, in place.
  @inline(__always)
  static func chosenBackend(_ packet: PacketPointer<Self>) throws(Drop) -> UnsafeMutablePointer<Backend<Address>> {
    guard let backend = backends.lookup(&packet.pointee.backend) else { throw .backendMissing }
    return backend
  }

  /// Whether the backend that an entry leads to is still where it was chosen.
  @inline(__always) static func isCurrent(_ entry: EntryPointer<Self>) -> Bool {
    var key = entry.pointee.translation.backend
    guard let found = backends.lookup(&key) else { return false }
    return found.pointee.address == entry.pointee.translation.address
      && found.pointee.port == entry.pointee.translation.port
  }

  /// Has an entry put the backend in the place of the service (`destination`), or the service in that of the backend (`source`).
  /// A subprogram: it needs a stack of its own.
  @inline(never)
  static func setTranslation(
    _ kind: TranslationKind, _ packet: PacketPointer<Self>, _ backend: UnsafeMutablePointer<Backend<Address>>,
    _ entry: EntryPointer<Self>
  ) {
    let toBackend = kind == .destination
    let service = checksumSum(packet.pointee.destination)
    let chosen = checksumSum(backend.pointee.address)
    let servicePort = packet.pointee.destinationPort
    let chosenPort = backend.pointee.port
    let translation = withUnsafeMutablePointer(to: &entry.pointee.translation) { $0 }
    translation.pointee.address = toBackend ? backend.pointee.address : packet.pointee.destination
    translation.pointee.port = toBackend ? chosenPort : servicePort
    translation.pointee.kind = kind
    translation.pointee.addressDifference = Checksum.difference(
      from: toBackend ? service : chosen, to: toBackend ? chosen : service)
    translation.pointee.portDifference =
      servicePort == chosenPort
      ? 0
      : Checksum.difference(
        from: (toBackend ? servicePort : chosenPort).rawValue, to: (toBackend ? chosenPort : servicePort).rawValue)
    translation.pointee.backend = packet.pointee.backend
  }
}
