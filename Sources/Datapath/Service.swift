import DataplaneABI
import KernelRuntime

/// A backend, in place, and its key.
struct Choice<Address: IPAddress> {
  var key: BackendKey
  var backend: UnsafeMutablePointer<Backend<Address>>
}

extension IPFamily {
  @inline(__always) static func frontend(for packet: PacketPointer<Self>) -> UnsafeMutablePointer<Frontend>? {
    guard packet.pointee.hasPorts else { return nil }
    var key = FrontendKey(
      address: packet.pointee.destination, port: packet.pointee.destinationPort, proto: packet.pointee.proto)
    return frontends.lookup(&key)
  }

  /// One of the frontend's backends, each as likely as the next. A workload is not sent to itself while there is another.
  @inline(__always)
  static func chooseBackend(
    of frontend: UnsafeMutablePointer<Frontend>, for packet: PacketPointer<Self>
  ) throws(Drop) -> Choice<Address> {
    let localOnly = frontend.pointee.flags.rawValue & FrontendFlags.internalLocal.rawValue != 0
    let count = localOnly ? frontend.pointee.localCount : frontend.pointee.count
    guard count > 0 else { throw .noBackend }
    let ordinal = Kernel.random() % count
    let choice = try backend(BackendKey(id: frontend.pointee.id, ordinal: ordinal))
    guard choice.backend.pointee.address == packet.pointee.source else { return choice }
    guard count > 1 else { throw .hairpin }
    let next = try backend(BackendKey(id: frontend.pointee.id, ordinal: ordinal &+ 1 == count ? 0 : ordinal &+ 1))
    guard next.backend.pointee.address != packet.pointee.source else { throw .hairpin }
    return next
  }

  @inline(__always) private static func backend(_ key: BackendKey) throws(Drop) -> Choice<Address> {
    var asked = key
    guard let found = backends.lookup(&asked) else { throw .backendMissing }
    return Choice(key: key, backend: found)
  }

  /// Whether the backend that an entry leads to is still where it was chosen.
  @inline(__always) static func isCurrent(_ entry: EntryPointer<Self>) -> Bool {
    var key = entry.pointee.translation.backend
    guard let found = backends.lookup(&key) else { return false }
    return found.pointee.address == entry.pointee.translation.address
      && found.pointee.port == entry.pointee.translation.port
  }

  /// Has an entry put `address` and `port` in the place of `oldAddress` and `oldPort`.
  @inline(__always)
  static func setTranslation(
    _ kind: TranslationKind, from oldAddress: Address, _ oldPort: BigEndian16, to address: Address,
    _ port: BigEndian16, backend: BackendKey, into entry: EntryPointer<Self>
  ) {
    let translation = withUnsafeMutablePointer(to: &entry.pointee.translation) { $0 }
    translation.pointee.address = address
    translation.pointee.port = port
    translation.pointee.kind = kind
    translation.pointee.addressDifference = Checksum.difference(
      from: checksumSum(oldAddress), to: checksumSum(address))
    translation.pointee.portDifference =
      oldPort == port ? 0 : Checksum.difference(from: oldPort.rawValue, to: port.rawValue)
    translation.pointee.backend = backend
  }
}
