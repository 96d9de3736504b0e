import Glibc

/// Listening sockets and the connections to them, waited for together. Requests are small, answers too, and every connection
/// gets one.
struct HealthCheckLoop {
  /// A port that cannot be had, told once for as long as that lasts.
  struct Failure: Equatable {
    var port: UInt16
    var reason: String
  }

  private struct Listener {
    /// Negative while the port cannot be had.
    var descriptor: Int32
    var retryAt: ContinuousClock.Instant
    var pause: Duration
    var isTold = false
  }

  private struct Connection {
    var port: UInt16
    var request: [UInt8] = []
    var deadline: ContinuousClock.Instant
  }

  /// How long a client may take for its request.
  private static let patience = Duration.seconds(5)
  private static let maximumConnections = 128
  private static let maximumRequestBytes = 8192

  private let alarm: Int32
  private let firstPause: Duration
  private var listeners: [UInt16: Listener] = [:]
  private var connections: [Int32: Connection] = [:]

  init(alarm: Int32, firstPause: Duration) {
    self.alarm = alarm
    self.firstPause = firstPause
  }

  /// Listens at these ports and no others. Returns what cannot be had, once.
  mutating func settle(_ ports: Set<UInt16>) -> [Failure] {
    for (port, listener) in listeners where !ports.contains(port) {
      if listener.descriptor >= 0 { close(listener.descriptor) }
      listeners[port] = nil
    }
    let now = ContinuousClock.now
    var failures: [Failure] = []
    for port in ports.sorted() {
      var listener = listeners[port] ?? Listener(descriptor: -1, retryAt: now, pause: firstPause)
      guard listener.descriptor < 0, listener.retryAt <= now else { continue }
      listener.descriptor = Self.listen(port)
      if listener.descriptor < 0 {
        if !listener.isTold { failures.append(Failure(port: port, reason: String(cString: strerror(errno)))) }
        listener.isTold = true
        listener.retryAt = now + listener.pause
        listener.pause = min(listener.pause * 2, .seconds(30))
      }
      listeners[port] = listener
    }
    return failures
  }

  /// Waits until something happens, and does what there is to do.
  mutating func turn(_ answer: (UInt16) -> ServiceHealthAnswer?) {
    let ports = listeners.filter { $0.value.descriptor >= 0 }.map { (port: $0.key, descriptor: $0.value.descriptor) }
    let clients = Array(connections.keys)
    var waiting = ([alarm] + ports.map(\.descriptor) + clients).map {
      pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
    }
    guard poll(&waiting, nfds_t(waiting.count), timeout) >= 0 else { return }
    if waiting[0].revents != 0 {
      var count: UInt64 = 0
      while read(alarm, &count, 8) > 0 {}
    }
    let ready = Set(waiting.filter { $0.revents != 0 }.map(\.fd))
    for client in clients where ready.contains(client) { receive(client, answer) }
    for (port, descriptor) in ports where ready.contains(descriptor) { accept(port, descriptor) }
    let now = ContinuousClock.now
    for (client, connection) in connections where connection.deadline <= now { drop(client) }
  }

  mutating func end() {
    _ = settle([])
    for client in connections.keys { close(client) }
    connections = [:]
  }

  /// Milliseconds until the next deadline; -1 is for ever, which only an alarm ends.
  private var timeout: Int32 {
    let retries = listeners.values.filter { $0.descriptor < 0 }.map(\.retryAt)
    guard let next = (retries + connections.values.map(\.deadline)).min() else { return alarm < 0 ? 1000 : -1 }
    let left = ContinuousClock.now.duration(to: next)
    return left <= .zero ? 0 : Int32(clamping: Int64(left.seconds * 1000) + 1)
  }

  private mutating func accept(_ port: UInt16, _ listener: Int32) {
    // Whoever is late makes room.
    if connections.count >= Self.maximumConnections,
      let oldest = connections.min(by: { $0.value.deadline < $1.value.deadline })?.key
    {
      drop(oldest)
    }
    let client = Glibc.accept(listener, nil, nil)
    if client >= 0 {
      setNonblocking(client)
      connections[client] = Connection(port: port, deadline: .now + Self.patience)
    } else if errno != EAGAIN && errno != ECONNABORTED && errno != EINTR {
      // No descriptor is free, say: the connection stays ready, and must not keep a CPU busy.
      usleep(50_000)
    }
  }

  private mutating func receive(_ client: Int32, _ answer: (UInt16) -> ServiceHealthAnswer?) {
    guard var connection = connections[client] else { return }
    var chunk = [UInt8](repeating: 0, count: 2048)
    let count = read(client, &chunk, chunk.count)
    if count < 0, errno == EAGAIN || errno == EINTR { return }
    guard count > 0, connection.request.count + count <= Self.maximumRequestBytes else { return drop(client) }
    connection.request += chunk.prefix(count)
    connections[client] = connection
    guard Self.isComplete(connection.request) else { return }
    if let answer = answer(connection.port) {
      let isHead = connection.request.starts(with: Array("HEAD ".utf8))
      let message = Array(answer.message(hasBody: !isHead).utf8)
      // It is far shorter than the buffer of a socket that nothing was written to.
      _ = send(client, message, message.count, Int32(MSG_NOSIGNAL))
    }
    drop(client)
  }

  /// Whether the empty line that ends a request's head is there.
  private static func isComplete(_ request: [UInt8]) -> Bool {
    let end = Array("\r\n\r\n".utf8)
    guard request.count >= end.count else { return false }
    return (0...request.count - end.count).contains { request[$0..<$0 + end.count].elementsEqual(end) }
  }

  private mutating func drop(_ client: Int32) {
    connections[client] = nil
    close(client)
  }

  /// A socket at all of the node's addresses, of IPv4 alone where it has no IPv6; negative with `errno` set.
  private static func listen(_ port: UInt16) -> Int32 {
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(AF_INET6)
    address.sin6_port = port.bigEndian
    let both = listen(AF_INET6, &address, MemoryLayout<sockaddr_in6>.size)
    if both >= 0 || (errno != EAFNOSUPPORT && errno != EADDRNOTAVAIL) { return both }
    var ipv4 = sockaddr_in()
    ipv4.sin_family = sa_family_t(AF_INET)
    ipv4.sin_port = port.bigEndian
    return listen(AF_INET, &ipv4, MemoryLayout<sockaddr_in>.size)
  }

  private static func listen(_ family: Int32, _ address: UnsafeRawPointer, _ length: Int) -> Int32 {
    let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let descriptor = socket(family, type, 0)
    guard descriptor >= 0 else { return -1 }
    var (on, off): (Int32, Int32) = (1, 0)
    let size = socklen_t(MemoryLayout<Int32>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, size)
    if family == AF_INET6 { setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &off, size) }
    let pointer = address.assumingMemoryBound(to: sockaddr.self)
    if bind(descriptor, pointer, socklen_t(length)) == 0, Glibc.listen(descriptor, 64) == 0 { return descriptor }
    let reason = errno
    close(descriptor)
    errno = reason
    return -1
  }
}

/// Reads, writes and accepts do not wait, and other programs do not get the descriptor.
func setNonblocking(_ descriptor: Int32) {
  _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
  _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
}
