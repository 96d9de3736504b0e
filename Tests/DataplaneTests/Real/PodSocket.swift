import Glibc
import Netlink

/// A TCP socket inside a pod. Every call ends, within ten seconds at the latest.
final class PodSocket: Sendable {
  struct Failure: Error, CustomStringConvertible {
    var call: String
    var code: Int32
    var description: String { "\(call): \(String(cString: strerror(code)))" }
  }

  private let descriptor: Int32

  private init(owning descriptor: Int32) {
    self.descriptor = descriptor
    var timeout = timeval(tv_sec: 10, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, size)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, size)
  }

  deinit { close(descriptor) }

  /// Listens on port 8080 of every address of the pod.
  static func listening(in pod: NetworkNamespace) throws -> PodSocket {
    let socket = PodSocket(owning: try pod.socket(domain: AF_INET, type: Int32(SOCK_STREAM.rawValue)))
    try socket.check("bind", withAddress("0.0.0.0", 8080) { bind(socket.descriptor, $0, $1) })
    try socket.check("listen", listen(socket.descriptor, 16))
    return socket
  }

  static func connected(in pod: NetworkNamespace, to address: String, _ port: UInt16) throws -> PodSocket {
    let socket = PodSocket(owning: try pod.socket(domain: AF_INET, type: Int32(SOCK_STREAM.rawValue)))
    try socket.check("connect to \(address)", withAddress(address, port) { connect(socket.descriptor, $0, $1) })
    return socket
  }

  func accepted() throws -> PodSocket {
    let accepted = accept(descriptor, nil, nil)
    try check("accept", accepted)
    return PodSocket(owning: accepted)
  }

  func write(_ byte: UInt8) throws {
    var byte = byte
    try check("send", Int32(send(descriptor, &byte, 1, Int32(MSG_NOSIGNAL))))
  }

  func read() throws -> UInt8 {
    var byte: UInt8 = 0
    let count = recv(descriptor, &byte, 1, 0)
    try check("receive", Int32(count))
    guard count == 1 else { throw Failure(call: "receive: the other side has closed", code: 0) }
    return byte
  }

  /// The address of the other side, as this one sees it.
  func peer() throws -> String {
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &size) }
    }
    try check("getpeername", result)
    let octets = withUnsafeBytes(of: address.sin_addr) { $0.map { "\($0)" } }
    return octets.joined(separator: ".")
  }

  private func check(_ call: String, _ result: Int32) throws {
    guard result >= 0 else { throw Failure(call: call, code: errno) }
  }

  private static func withAddress(
    _ text: String, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    inet_pton(AF_INET, text, &address.sin_addr)
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
  }
}

extension RealNode {
  /// Opens a connection from one pod to a service on 10.96.0.`service`, which leads to `server`, and sends a byte each
  /// way. Returns both ends.
  func call(from client: UInt8, service: UInt8, server: PodSocket) throws -> (client: PodSocket, server: PodSocket) {
    let near = try PodSocket.connected(in: pod(client), to: "10.96.0.\(service)", 80)
    let far = try server.accepted()
    try near.write(1)
    _ = try far.read()
    try far.write(2)
    _ = try near.read()
    return (near, far)
  }
}
