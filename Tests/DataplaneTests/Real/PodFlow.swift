import Glibc
import Netlink

/// What a flow between two pods is like.
struct FlowKind: Hashable, Sendable, CustomStringConvertible {
  var isIPv6: Bool
  var isTCP: Bool
  var throughService: Bool

  static let all = [false, true].flatMap { isIPv6 in
    [false, true].flatMap { isTCP in
      [false, true].map { FlowKind(isIPv6: isIPv6, isTCP: isTCP, throughService: $0) }
    }
  }

  var domain: Int32 { isIPv6 ? AF_INET6 : AF_INET }
  var type: Int32 { Int32((isTCP ? SOCK_STREAM : SOCK_DGRAM).rawValue) }
  /// Where pod 2 serves.
  var serverPort: UInt16 { isTCP ? 8080 : 5353 }
  /// Where pod 1 sends to.
  var target: (address: String, port: UInt16) {
    throughService ? (isIPv6 ? "fd96::1" : "10.96.0.1", 80) : (isIPv6 ? "fd65::1:2" : "10.65.1.2", serverPort)
  }

  var description: String {
    "\(isTCP ? "TCP" : "UDP") over IPv\(isIPv6 ? 6 : 4)\(throughService ? " through a service" : "")"
  }
}

/// Two sockets that talk to each other. Every call ends, within five seconds at the latest.
final class PodFlow: Sendable {
  struct Failure: Error, CustomStringConvertible {
    var kind: FlowKind
    var call: String
    var code: Int32
    var description: String { "\(kind): \(call): \(String(cString: strerror(code)))" }
  }

  let kind: FlowKind
  private let client: Int32
  private let server: Int32

  private init(_ kind: FlowKind, owning client: Int32, _ server: Int32) {
    (self.kind, self.client, self.server) = (kind, client, server)
    var timeout = timeval(tv_sec: 5, tv_usec: 0)
    for socket in [client, server] {
      setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    }
  }

  deinit {
    close(client)
    close(server)
  }

  /// Sends so many numbers there, and each back; in between so many packets are on their way at once.
  func exchange(_ numbers: Range<UInt64>) throws {
    for number in numbers { try write(client, number) }
    for number in numbers { try check("server reads \(number)", read(server) == number) }
    for number in numbers { try write(server, number) }
    for number in numbers { try check("client reads \(number)", read(client) == number) }
  }

  /// Segments that TCP sent again, because it missed an acknowledgement.
  func repeats() -> UInt32 {
    guard kind.isTCP else { return 0 }
    return [client, server].reduce(0) { sum, socket in
      // tcpi_total_retrans stands at byte 100 (linux/tcp.h).
      var info = [UInt8](repeating: 0, count: 256)
      var size = socklen_t(info.count)
      guard getsockopt(socket, Int32(IPPROTO_TCP), TCP_INFO, &info, &size) == 0 else { return .max }
      return sum &+ info.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 100, as: UInt32.self) }
    }
  }

  private func write(_ socket: Int32, _ number: UInt64) throws {
    var number = number
    try check("send", send(socket, &number, 8, Int32(MSG_NOSIGNAL)) == 8)
  }

  private func read(_ socket: Int32) throws -> UInt64 {
    var number: UInt64 = 0
    // UDP has a number in each datagram.
    try check("receive", recv(socket, &number, 8, kind.isTCP ? Int32(MSG_WAITALL) : 0) == 8)
    return number
  }

  private func check(_ call: String, _ isRight: Bool) throws {
    guard isRight else { throw Failure(kind: kind, call: call, code: errno) }
  }
}

// MARK: Opening

extension PodFlow {
  /// Opens a flow from pod 1 to pod 2, and sends a number each way.
  static func open(_ kind: FlowKind, _ listeners: Listeners) throws -> PodFlow {
    let client = try listeners.near.socket(domain: kind.domain, type: kind.type)
    let (address, port) = kind.target
    guard withAddress(kind, address, port, { connect(client, $0, $1) }) == 0 else {
      throw Failure(kind: kind, call: "connect", code: errno)
    }
    let flow = PodFlow(kind, owning: client, try listeners.accept(kind, client))
    try flow.exchange(0..<1)
    return flow
  }

  fileprivate static func withAddress(
    _ kind: FlowKind, _ address: String, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    // The family and the port stand at the same place in both kinds of address.
    var memory = sockaddr_in6()
    memory.sin6_family = sa_family_t(kind.domain)
    memory.sin6_port = port.bigEndian
    let size = kind.isIPv6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size
    return withUnsafeMutableBytes(of: &memory) { bytes in
      guard let base = bytes.baseAddress else { return -1 }
      inet_pton(kind.domain, address, base + (kind.isIPv6 ? 8 : 4))
      return body(base.assumingMemoryBound(to: sockaddr.self), socklen_t(size))
    }
  }
}

/// Where pod 2 waits for flows of pod 1.
final class Listeners: Sendable {
  fileprivate let near: NetworkNamespace
  private let far: NetworkNamespace
  private let streams: [Bool: Int32]

  init(_ node: RealNode) throws {
    (near, far) = (try node.pod(1), try node.pod(2))
    var streams: [Bool: Int32] = [:]
    for isIPv6 in [false, true] {
      let kind = FlowKind(isIPv6: isIPv6, isTCP: true, throughService: false)
      let socket = try far.socket(domain: kind.domain, type: kind.type)
      try Self.bind(socket, kind)
      guard listen(socket, 64) == 0 else { throw PodFlow.Failure(kind: kind, call: "listen", code: errno) }
      streams[isIPv6] = socket
    }
    self.streams = streams
  }

  deinit { for socket in streams.values { close(socket) } }

  /// The other end of `client`'s flow. For UDP one socket of its own, connected back: the kernel gives it this client's datagrams.
  fileprivate func accept(_ kind: FlowKind, _ client: Int32) throws -> Int32 {
    if kind.isTCP {
      let socket = Glibc.accept(streams[kind.isIPv6] ?? -1, nil, nil)
      guard socket >= 0 else { throw PodFlow.Failure(kind: kind, call: "accept", code: errno) }
      return socket
    }
    var address = sockaddr_in6()
    var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
    let named = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(client, $0, &size) }
    }
    let socket = try far.socket(domain: kind.domain, type: kind.type)
    try Self.bind(socket, kind)
    let port = UInt16(bigEndian: address.sin6_port)
    let pod = kind.isIPv6 ? "fd65::1:1" : "10.65.1.1"
    guard named == 0, PodFlow.withAddress(kind, pod, port, { connect(socket, $0, $1) }) == 0 else {
      throw PodFlow.Failure(kind: kind, call: "connect back", code: errno)
    }
    return socket
  }

  private static func bind(_ socket: Int32, _ kind: FlowKind) throws {
    var yes: Int32 = 1
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, 4)
    setsockopt(socket, SOL_SOCKET, SO_REUSEPORT, &yes, 4)
    let any = kind.isIPv6 ? "::" : "0.0.0.0"
    guard PodFlow.withAddress(kind, any, kind.serverPort, { Glibc.bind(socket, $0, $1) }) == 0 else {
      throw PodFlow.Failure(kind: kind, call: "bind", code: errno)
    }
  }
}
