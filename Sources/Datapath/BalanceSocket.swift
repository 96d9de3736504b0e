import DataplaneABI
import KernelRuntime

// What connect-time balancing does leaves nothing for the packet path to do, and what it does not do the packet path does.

extension SocketForm {
  /// A connection to a frontend goes to one of its backends. Everything else is left as it is.
  @inline(__always) static func connect(_ socket: SocketAddressContext) throws(Drop) {
    var key = dialledKey(socket)
    guard let frontend = frontend(key) else { return }
    let choice = try Family.choose(frontend, key, for: socket)
    var peer = PeerKey(
      socket: socket.cookie, address: choice.backend.address, port: choice.backend.port, proto: key.proto)
    guard Family.dialled.update(&peer, &key, .any) == .done else { return }
    redirect(socket, to: choice.backend)
    countAtSocket(.serviceFlow)
  }

  /// A datagram to a frontend, on a socket that is not connected to it, goes to the backend that the socket's last one went to;
  /// to another one when that backend is gone.
  @inline(__always) static func send(_ socket: SocketAddressContext) throws(Drop) {
    let key = dialledKey(socket)
    guard let frontend = frontend(key) else { return }
    let cookie = socket.cookie
    var chooser = ChoiceKey(.socket, cookie, of: key)
    let span = Family.span(of: frontend, staysHere: Family.staysHere(frontend))
    var member = MemberKey(id: 0, address: Family.Address.any, port: BigEndian16(rawValue: 0))
    if let kept = Family.kept(&chooser, frontend, span, &member) {
      let backend = kept.pointee.backend
      if remember(key, cookie, backend) { redirect(socket, to: backend) }
      return
    }
    var choice = try Family.choose(frontend, key, for: socket)
    choice.second = 0
    guard Family.choices.update(&chooser, &choice, .any) == .done, remember(key, cookie, choice.backend) else { return }
    redirect(socket, to: choice.backend)
    countAtSocket(.serviceFlow)
  }

  /// Whoever asks where a datagram comes from, or whom a socket is connected to, is told what the socket dialled.
  @inline(__always) static func restore(_ socket: SocketAddressContext) {
    var peer = PeerKey(socket: socket.cookie, address: address(socket), port: socket.port, proto: socket.proto)
    guard let dialled = Family.dialled.lookup(&peer) else { return }
    setAddress(socket, dialled.pointee.address)
    socket.port = dialled.pointee.port
  }

  @inline(__always)
  private static func dialledKey(_ socket: SocketAddressContext) -> FrontendKey<Family.Address> {
    FrontendKey(address: address(socket), port: socket.port, proto: socket.proto)
  }

  /// The service that a socket dials.
  @inline(__always)
  private static func frontend(_ dialled: FrontendKey<Family.Address>) -> UnsafeMutablePointer<Frontend>? {
    var key = dialled
    // Each pod has a loopback of its own. What the node dials there is balanced in packets.
    return Family.isLoopback(key.address) ? Family.frontends.lookup(&key) : Family.frontend(&key)
  }

  /// Makes sure that the backend's answers will be shown as the frontend's. Looks first: it is so for all but the first datagram.
  @inline(__always)
  private static func remember(
    _ key: FrontendKey<Family.Address>, _ cookie: KernelCookie, _ backend: Backend<Family.Address>
  ) -> Bool {
    var key = key
    var peer = PeerKey(socket: cookie, address: backend.address, port: backend.port, proto: key.proto)
    if let known = Family.dialled.lookup(&peer), known.pointee.address == key.address, known.pointee.port == key.port {
      return true
    }
    return Family.dialled.update(&peer, &key, .any) == .done
  }

  @inline(__always)
  private static func redirect(_ socket: SocketAddressContext, to backend: Backend<Family.Address>) {
    setAddress(socket, backend.address)
    socket.port = backend.port
  }
}
