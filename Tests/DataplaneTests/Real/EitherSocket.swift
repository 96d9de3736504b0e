import Glibc
import Netlink

/// Which sockets talk to which addresses.
enum SocketKind: CaseIterable, Sendable, CustomStringConvertible {
  case v4, v6
  /// A socket of IPv6 that talks IPv4.
  case mapped

  var domain: Int32 { self == .v4 ? AF_INET : AF_INET6 }
  var isIPv4: Bool { self != .v6 }
  var description: String {
    switch self {
    case .v4: "IPv4"
    case .v6: "IPv6"
    case .mapped: "IPv4-mapped"
    }
  }
}

/// Where a socket sends to, as the socket's kind writes it.
struct Endpoint: Hashable, CustomStringConvertible {
  var address: String
  var port: UInt16
  var description: String { "\(address) port \(port)" }
}

/// A TCP or UDP socket of either family. Every call ends, within five seconds at the latest.
final class EitherSocket: Sendable {
  struct Failure: Error, Equatable, CustomStringConvertible {
    var call: String
    var code: Int32
    var description: String { "\(call): \(String(cString: strerror(code)))" }
  }

  private let descriptor: Int32
  private let kind: SocketKind

  private init(owning descriptor: Int32, _ kind: SocketKind) {
    self.descriptor = descriptor
    self.kind = kind
    var timeout = timeval(tv_sec: 5, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, size)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, size)
  }

  /// A socket that belongs to `cgroup`; to this process's own if it is nil.
  convenience init(
    _ kind: SocketKind, _ type: __socket_type, in namespace: NetworkNamespace, _ cgroup: TestCgroup? = nil
  ) throws {
    let type = Int32(type.rawValue)
    let descriptor =
      try cgroup?.socket(domain: kind.domain, type: type, in: namespace)
      ?? namespace.socket(domain: kind.domain, type: type)
    self.init(owning: descriptor, kind)
  }

  deinit { close(descriptor) }

  /// Binds to a free port of the loopback address, and listens if it is of TCP. Returns the port.
  func serve() throws -> UInt16 {
    let loopback = Endpoint(address: kind == .v4 ? "127.0.0.1" : "::1", port: 0)
    try check("bind", withAddress(loopback) { bind(descriptor, $0, $1) })
    listen(descriptor, 64)
    return try name("getsockname") { getsockname(descriptor, $0, $1) }.port
  }

  func connect(to endpoint: Endpoint) throws {
    try check("connect", withAddress(endpoint) { Glibc.connect(descriptor, $0, $1) })
  }

  func accepted() throws -> EitherSocket {
    let accepted = accept(descriptor, nil, nil)
    try check("accept", accepted)
    return EitherSocket(owning: accepted, kind)
  }

  /// Whether a connection waits to be accepted.
  func isWaiting() throws -> Bool {
    var question = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    let count = poll(&question, 1, 100)
    try check("poll", count)
    return count > 0
  }

  /// Whom the socket is connected to.
  func peer() throws -> Endpoint { try name("getpeername") { getpeername(descriptor, $0, $1) } }

  func send(_ text: String, to endpoint: Endpoint? = nil) throws {
    let count =
      endpoint.map { endpoint in
        withAddress(endpoint) { Int32(sendto(descriptor, text, text.utf8.count, 0, $0, $1)) }
      } ?? Int32(Glibc.send(descriptor, text, text.utf8.count, 0))
    try check("send", count)
  }

  /// What came, and who is said to have sent it.
  func receive() throws -> (text: String, from: Endpoint) {
    var buffer = [UInt8](repeating: 0, count: 1500)
    var count = 0
    let from = try name("recvfrom") {
      count = recvfrom(descriptor, &buffer, buffer.count, 0, $0, $1)
      return Int32(count)
    }
    return (String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self), from)
  }

  private func check(_ call: String, _ result: Int32) throws {
    guard result >= 0 else { throw Failure(call: call, code: errno) }
  }

  // MARK: Addresses

  private func withAddress(_ endpoint: Endpoint, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    // The family and the port stand at the same place in both kinds of address.
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(kind.domain)
    address.sin6_port = endpoint.port.bigEndian
    return withUnsafeMutableBytes(of: &address) { bytes in
      guard let base = bytes.baseAddress else { return -1 }
      inet_pton(kind.domain, endpoint.address, base + (kind == .v4 ? 4 : 8))
      return body(base.assumingMemoryBound(to: sockaddr.self), size)
    }
  }

  private var size: socklen_t {
    socklen_t(kind == .v4 ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size)
  }

  private func name(
    _ call: String, _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
  ) throws -> Endpoint {
    var address = sockaddr_in6()
    var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
    let result = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, &size) }
    }
    try check(call, result)
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    withUnsafeBytes(of: address) { bytes in
      guard let base = bytes.baseAddress else { return }
      inet_ntop(kind.domain, base + (kind == .v4 ? 4 : 8), &text, socklen_t(text.count))
    }
    return Endpoint(
      address: String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self),
      port: UInt16(bigEndian: address.sin6_port))
  }
}
