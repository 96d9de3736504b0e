import DataplaneABI
import KernelRuntime

extension SocketFamily {
  /// A backend for a new connection or a UDP socket's first datagram: where the frontend asks for affinity, the one that the
  /// socket's network namespace has kept to for no longer than it asks.
  @inline(__always)
  static func choose(
    _ frontend: UnsafeMutablePointer<Frontend>, _ dialled: FrontendKey<Address>, for socket: SocketAddressContext
  ) throws(Drop) -> Choice<Address> {
    let limit = frontend.pointee.affinitySeconds
    guard limit != 0 else { return try draw(frontend, second: 0) }
    let second = UInt32(truncatingIfNeeded: Kernel.now() / 1_000_000_000)
    var key = ChoiceKey(.namespace, socket.namespaceCookie, of: dialled)
    if let kept = kept(&key, frontend), second &- kept.pointee.second <= limit { return kept.pointee }
    var fresh = try draw(frontend, second: second)
    // Should the map take nothing now, the next connection draws again.
    _ = choices.update(&key, &fresh, .any)
    return fresh
  }

  @inline(__always)
  private static func draw(
    _ frontend: UnsafeMutablePointer<Frontend>, second: UInt32
  ) throws(Drop) -> Choice<Address> {
    var key = try drawBackend(of: frontend)
    guard let backend = backends.lookup(&key) else { throw .backendMissing }
    return Choice(second: second, key: key, backend: backend.pointee)
  }

  /// The choice that was made before, if its backend may still be chosen. It is known by its address: its ordinal changes
  /// when others come and go.
  @inline(__always)
  static func kept(
    _ key: UnsafePointer<ChoiceKey<Address>>, _ frontend: UnsafeMutablePointer<Frontend>
  ) -> UnsafeMutablePointer<Choice<Address>>? {
    guard let choice = choices.lookup(key), choice.pointee.key.id == frontend.pointee.id else { return nil }
    var member = MemberKey(
      id: frontend.pointee.id, address: choice.pointee.backend.address, port: choice.pointee.backend.port)
    guard let flags = members.lookup(&member), flags.pointee.has(.takesNew) else { return nil }
    // Where only some may be chosen, those of this node, their ordinals tell which they are.
    if eligibleCount(frontend) < frontend.pointee.count { return stays(choice, frontend) ? choice : nil }
    return choice
  }

  @inline(__always)
  private static func stays(
    _ choice: UnsafeMutablePointer<Choice<Address>>, _ frontend: UnsafeMutablePointer<Frontend>
  ) -> Bool {
    var key = choice.pointee.key
    guard key.ordinal < eligibleCount(frontend), let backend = backends.lookup(&key) else { return false }
    return backend.pointee.address == choice.pointee.backend.address
      && backend.pointee.port == choice.pointee.backend.port
  }
}
