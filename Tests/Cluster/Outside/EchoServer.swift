import Foundation
import Netlink
import Synchronization

@testable import Lab

/// Sends back all that comes over a connection, after one byte that says who it is; each connection has a thread of its own.
final class EchoServer: Sendable {
  private let listener: Int32
  private let isStopped = Atomic(false)
  private let running = DispatchGroup()

  init(_ greeting: UInt8, in namespace: String, port: UInt16) throws {
    listener = try NetworkNamespace(named: namespace).socket(domain: AF_INET6, type: Int32(SOCK_STREAM.rawValue))
    var (one, zero) = (Int32(1), Int32(0))
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
    setsockopt(listener, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &zero, socklen_t(MemoryLayout<Int32>.size))
    guard InetAddress.unspecified(.ipv6).withSocketAddress(port: port, { bind(listener, $0, $1) }) == 0,
      listen(listener, 64) == 0
    else {
      let error = errno
      close(listener)
      throw LabError("port \(port) was not bound in \(namespace): \(String(cString: strerror(error)))")
    }
    inThread { server in
      while let connection = server.next({ Int(accept(server.listener, nil, nil)) }, on: server.listener) {
        server.inThread { $0.echo(Int32(connection), greeting) }
      }
    }
  }

  /// Has all end within a moment; the port is free then.
  func stop() {
    isStopped.store(true, ordering: .relaxed)
    running.wait()
    close(listener)
  }

  private func inThread(_ body: @escaping @Sendable (EchoServer) -> Void) {
    running.enter()
    Thread { [self] in
      body(self)
      running.leave()
    }.start()
  }

  private func echo(_ connection: Int32, _ greeting: UInt8) {
    defer { close(connection) }
    var bytes = [UInt8](repeating: greeting, count: 65536)
    guard send(connection, bytes, 1, Int32(MSG_NOSIGNAL)) == 1 else { return }
    while let count = next({ recv(connection, &bytes, bytes.count, 0) }, on: connection), count > 0 {
      var sent = 0
      while sent < count {
        let part = bytes.withUnsafeBytes {
          send(connection, $0.baseAddress.map { $0 + sent }, count - sent, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
        }
        if part < 0, errno == EAGAIN, !isStopped.load(ordering: .relaxed) {
          usleep(2000)
        } else if part <= 0 {
          return
        } else {
          sent += part
        }
      }
    }
  }

  /// What the call gives once something is there; nil when the server stops.
  private func next(_ call: () -> Int, on descriptor: Int32) -> Int? {
    while !isStopped.load(ordering: .relaxed) {
      var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      if poll(&waiting, 1, 50) > 0 { return call() }
    }
    return nil
  }
}

/// Bytes that go to an `EchoServer` and come back, a few at a time for about two seconds.
final class EchoStream: Sendable {
  static let chunks = 300
  private static let chunk = 8192
  private static let content: [UInt8] = {
    var generator = SystemRandomNumberGenerator()
    return (0..<chunks * chunk).map { _ in UInt8.random(in: 0...255, using: &generator) }
  }()

  private let socket: ClientSocket
  /// Who is at the other end.
  let greeting: UInt8
  private let received = Atomic(0)

  /// Throws if nobody answers.
  init(in namespace: String, to address: InetAddress, _ port: UInt16) throws {
    socket = try ClientSocket(.tcp, in: namespace, isIPv6: address.family == .ipv6, limit: 10)
    // Made now: it takes a while.
    guard !Self.content.isEmpty else { throw LabError("nothing to send") }
    guard socket.connect(to: address, port), let first = socket.receive(), first.count == 1 else {
      throw LabError("no echo at \(address) port \(port)")
    }
    greeting = first[0]
  }

  /// The share that has come back.
  var progress: Double { Double(received.load(ordering: .relaxed)) / Double(Self.content.count) }

  /// Whether each byte comes back, in order. Ends after ten seconds in which nothing moves.
  func run() async -> Bool {
    Thread { [socket] in
      for number in 0..<Self.chunks {
        let bytes = Array(Self.content[number * Self.chunk..<(number + 1) * Self.chunk])
        guard socket.send(bytes) == 0 else { return }
        usleep(6000)
      }
      socket.endOfSending()
    }.start()
    return await withCheckedContinuation { continuation in
      Thread { [self] in continuation.resume(returning: receiveAll()) }.start()
    }
  }

  private func receiveAll() -> Bool {
    var count = 0
    while let bytes = socket.receive() {
      guard count + bytes.count <= Self.content.count,
        bytes.elementsEqual(Self.content[count..<count + bytes.count])
      else { return false }
      count += bytes.count
      received.store(count, ordering: .relaxed)
    }
    return count == Self.content.count
  }
}
