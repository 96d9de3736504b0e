import Glibc
import Netlink

/// A network namespace of its own for test runs: nobody else's sockets and routes, and nobody to get what programs send.
struct Surroundings {
  /// Ports of the node's range that sockets have.
  static let boundPorts: Set<UInt16> = [20_001]

  private let namespace: NetworkNamespace

  init() throws { namespace = try .anonymous() }

  /// Runs `body` there, on a thread of its own.
  func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) throws -> Value {
    let sockets = try [SOCK_STREAM, SOCK_DGRAM].flatMap { type in
      try Self.boundPorts.map { try bound($0, type: Int32(type.rawValue)) }
    }
    defer { for socket in sockets { close(socket) } }
    return try namespace.run(body)
  }

  /// A socket of both families that has the port.
  private func bound(_ port: UInt16, type: Int32) throws -> Int32 {
    let socket = try namespace.socket(domain: AF_INET6, type: type)
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(AF_INET6)
    address.sin6_port = port.bigEndian
    let size = socklen_t(MemoryLayout<sockaddr_in6>.size)
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(socket, $0, size) }
    }
    guard result == 0, type != Int32(SOCK_STREAM.rawValue) || listen(socket, 1) == 0 else {
      throw Mismatch("no socket at port \(port): errno \(errno)")
    }
    return socket
  }
}
