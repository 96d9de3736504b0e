import Foundation
import Netlink
import Synchronization

@testable import Lab

/// Answers each question, by TCP and UDP of both families, with its own name and the address and port that it came from: from
/// a thread of its own, in a pod's or a host's namespace.
final class OutsideServer: Sendable {
  let name: String
  private let listener: Int32
  private let datagrams: Int32
  private let isStopped = Atomic(false)
  private let questions = Atomic(0)
  private let done = DispatchSemaphore(value: 0)

  init(_ name: String, in namespace: String, port: UInt16) throws {
    self.name = name
    listener = try Self.bound(SOCK_STREAM, in: namespace, port: port)
    do { datagrams = try Self.bound(SOCK_DGRAM, in: namespace, port: port) } catch {
      close(listener)
      throw error
    }
    listen(listener, 64)
    Thread { [self] in serve() }.start()
  }

  /// How many questions have come.
  var questionCount: Int { questions.load(ordering: .relaxed) }

  /// Has it end within a moment; its port is free then.
  func stop() {
    isStopped.store(true, ordering: .relaxed)
    done.wait()
  }

  private static func bound(_ type: __socket_type, in namespace: String, port: UInt16) throws -> Int32 {
    let descriptor = try NetworkNamespace(named: namespace).socket(domain: AF_INET6, type: Int32(type.rawValue))
    var (one, zero) = (Int32(1), Int32(0))
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
    setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &zero, socklen_t(MemoryLayout<Int32>.size))
    guard InetAddress.unspecified(.ipv6).withSocketAddress(port: port, { bind(descriptor, $0, $1) }) == 0 else {
      let error = errno
      close(descriptor)
      throw LabError("port \(port) was not bound in \(namespace): \(String(cString: strerror(error)))")
    }
    return descriptor
  }

  private func serve() {
    var connections: [Int32: String] = [:]
    while !isStopped.load(ordering: .relaxed) {
      var waiting = ([listener, datagrams] + connections.keys).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      guard poll(&waiting, nfds_t(waiting.count), 50) > 0 else { continue }
      for socket in waiting where socket.revents != 0 {
        switch socket.fd {
        case listener: takeConnection(&connections)
        case datagrams: answerDatagram()
        default: answerStream(socket.fd, &connections)
        }
      }
    }
    for descriptor in [listener, datagrams] + connections.keys { close(descriptor) }
    done.signal()
  }

  private func takeConnection(_ connections: inout [Int32: String]) {
    var peer = sockaddr_in6()
    let connection = Self.withAddress(&peer) { accept(listener, $0, $1) }
    if connection >= 0 { connections[Int32(connection)] = Self.text(peer) }
  }

  private func answerDatagram() {
    var (peer, bytes) = (sockaddr_in6(), [UInt8](repeating: 0, count: 65536))
    let count = Self.withAddress(&peer) { recvfrom(datagrams, &bytes, bytes.count, 0, $0, $1) }
    guard count >= 0 else { return }
    questions.add(1, ordering: .relaxed)
    let answer = Array("\(name) \(Self.text(peer))".utf8)
    _ = Self.withAddress(&peer) { sendto(datagrams, answer, answer.count, 0, $0, $1.pointee) }
  }

  private func answerStream(_ connection: Int32, _ connections: inout [Int32: String]) {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = recv(connection, &bytes, bytes.count, Int32(MSG_DONTWAIT))
    guard count > 0, let peer = connections[connection] else {
      connections[connection] = nil
      close(connection)
      return
    }
    questions.add(1, ordering: .relaxed)
    let answer = Array("\(name) \(peer)".utf8)
    _ = send(connection, answer, answer.count, Int32(MSG_NOSIGNAL))
  }

  private static func withAddress<Result>(
    _ address: inout sockaddr_in6, _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Result
  ) -> Result {
    var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
    return withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, &size) }
    }
  }

  /// "10.77.0.200 40000"; an IPv4 client's address as what it is.
  private static func text(_ peer: sockaddr_in6) -> String {
    let bytes = withUnsafeBytes(of: peer.sin6_addr) { Array($0) }
    let isMapped = bytes.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]
    let address = InetAddress(bytes: isMapped ? bytes[12...] : bytes[...])
    return "\(address.map { "\($0)" } ?? "nobody") \(UInt16(bigEndian: peer.sin6_port))"
  }
}
