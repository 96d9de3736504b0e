import Foundation
import Netlink

@testable import Lab

/// A TCP socket that takes connections to a port of every address in a namespace. Each call ends within five seconds.
final class ListeningSocket: Sendable {
  private let descriptor: Int32

  init(in namespace: String, port: UInt16) throws {
    descriptor = try NetworkNamespace(named: namespace).socket(domain: AF_INET6, type: Int32(SOCK_STREAM.rawValue))
    Self.limit(descriptor)
    var (one, zero) = (Int32(1), Int32(0))
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
    setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &zero, socklen_t(MemoryLayout<Int32>.size))
    let bound = InetAddress.unspecified(.ipv6).withSocketAddress(port: port) { bind(descriptor, $0, $1) }
    guard bound == 0, listen(descriptor, 16) == 0 else {
      throw LabError("port \(port) was not bound: \(String(cString: strerror(errno)))")
    }
  }

  deinit { close(descriptor) }

  /// All that the next connection brings, to its end; from a thread of its own.
  func receiveAll() async -> [UInt8] {
    await withCheckedContinuation { continuation in
      Thread { [self] in continuation.resume(returning: takeOne()) }.start()
    }
  }

  private func takeOne() -> [UInt8] {
    let connection = accept(descriptor, nil, nil)
    guard connection >= 0 else { return [] }
    defer { close(connection) }
    Self.limit(connection)
    var (all, part) = ([UInt8](), [UInt8](repeating: 0, count: 65536))
    while true {
      let count = recv(connection, &part, part.count, 0)
      guard count > 0 else { return all }
      all += part[..<count]
    }
  }

  private static func limit(_ descriptor: Int32) {
    var timeout = timeval(tv_sec: 5, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
  }
}
