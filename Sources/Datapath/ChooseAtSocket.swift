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
    guard limit != 0 else { return try draw(frontend, span(of: frontend, staysHere: staysHere(frontend)), second: 0) }
    let second = UInt32(truncatingIfNeeded: Kernel.now() / 1_000_000_000)
    var key = ChoiceKey(.namespace, socket.namespaceCookie, of: dialled)
    let span = span(of: frontend, staysHere: staysHere(frontend))
    var member = MemberKey(id: 0, address: Address.any, port: BigEndian16(rawValue: 0))
    if let kept = kept(&key, frontend, span, &member), second &- kept.pointee.second <= limit { return kept.pointee }
    var fresh = try draw(frontend, span, second: second)
    // Should the map take nothing now, the next connection draws again.
    _ = choices.update(&key, &fresh, .any)
    return fresh
  }

  @inline(__always)
  private static func draw(
    _ frontend: UnsafeMutablePointer<Frontend>, _ span: BackendSpan, second: UInt32
  ) throws(Drop) -> Choice<Address> {
    var key = try span.draw(frontend.pointee.id)
    guard let backend = backends.lookup(&key) else { throw .backendMissing }
    return Choice(second: second, key: key, backend: backend.pointee)
  }
}
