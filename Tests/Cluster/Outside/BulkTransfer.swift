import Foundation
import Netlink

@testable import Lab

/// Many bytes through one connection, and how fast.
struct BulkTransfer {
  static let count = 50_000_000

  enum Direction: CaseIterable { case toServer, toClient }

  struct Outcome {
    /// Whether all bytes came, and no others.
    let isWhole: Bool
    let duration: Duration
    /// Segments that were sent again.
    let repeated: UInt32

    /// Megabits in a second.
    var speed: Double { Double(BulkTransfer.count) * 8 / 1e6 / (duration / .seconds(1)) }
  }

  let content = BulkContent(count: Self.count)

  func run(
    _ direction: Direction, from client: String, to address: InetAddress, _ port: UInt16, servedBy server: BulkListener
  ) async throws -> Outcome {
    let socket = try BulkSocket(in: client, isIPv6: address.family == .ipv6)
    let start = ContinuousClock.now
    async let served = server.serve(content, sends: direction == .toClient)
    guard socket.connect(to: address, port) else { throw LabError("no connection to \(address) port \(port)") }
    let called = await socket.move(content, sends: direction == .toServer)
    let end = await served
    return Outcome(
      isWhole: called.isRight && end.isRight, duration: .now - start, repeated: called.repeated + end.repeated)
  }
}

extension ContinuousClock.Instant {
  fileprivate static func - (left: ContinuousClock.Instant, right: ContinuousClock.Instant) -> Duration {
    right.duration(to: left)
  }
}

/// Random bytes, and room for as many.
final class BulkContent: @unchecked Sendable {
  // Written once, before anybody else has it; `room` is one receiver's at a time.
  let bytes: UnsafeMutableRawBufferPointer
  let room: UnsafeMutableRawBufferPointer

  init(count: Int) {
    bytes = .allocate(byteCount: count, alignment: 16)
    // One more, so that a byte too many shows.
    room = .allocate(byteCount: count + 1, alignment: 16)
    let source = open("/dev/urandom", O_RDONLY)
    defer { close(source) }
    var filled = 0
    while filled < count {
      let part = read(source, bytes.baseAddress.map { $0 + filled }, count - filled)
      guard part > 0 else { break }
      filled += part
    }
  }

  deinit {
    bytes.deallocate()
    room.deallocate()
  }

  func holds(_ count: Int) -> Bool {
    guard count == bytes.count, let left = bytes.baseAddress, let right = room.baseAddress else { return false }
    return memcmp(left, right, count) == 0
  }
}

/// One end of such a connection. It ends when nothing moves for three seconds.
final class BulkSocket: Sendable {
  private let descriptor: Int32

  init(in namespace: String, isIPv6: Bool) throws {
    descriptor = try NetworkNamespace(named: namespace).socket(
      domain: isIPv6 ? AF_INET6 : AF_INET, type: Int32(SOCK_STREAM.rawValue))
    Self.limit(descriptor)
  }

  init(accepted descriptor: Int32) {
    self.descriptor = descriptor
    Self.limit(descriptor)
  }

  deinit { close(descriptor) }

  func connect(to address: InetAddress, _ port: UInt16) -> Bool {
    address.withSocketAddress(port: port) { Foundation.connect(descriptor, $0, $1) } == 0
  }

  /// Sends all, or receives all and compares; then nobody sends any more. From a thread of its own.
  func move(_ content: BulkContent, sends: Bool) async -> (isRight: Bool, repeated: UInt32) {
    await withCheckedContinuation { continuation in
      Thread { [self] in
        let isRight = sends ? send(content) : receive(content)
        continuation.resume(returning: (isRight, repeated))
      }.start()
    }
  }

  private func send(_ content: BulkContent) -> Bool {
    var sent = 0
    while sent < content.bytes.count {
      let start = content.bytes.baseAddress.map { $0 + sent }
      let count = Foundation.send(descriptor, start, content.bytes.count - sent, Int32(MSG_NOSIGNAL))
      guard count > 0 else { return false }
      sent += count
    }
    shutdown(descriptor, Int32(SHUT_WR))
    // The receiver closes when it has all.
    var end: UInt8 = 0
    return recv(descriptor, &end, 1, 0) == 0
  }

  private func receive(_ content: BulkContent) -> Bool {
    var received = 0
    while received < content.room.count {
      let count = recv(descriptor, content.room.baseAddress.map { $0 + received }, content.room.count - received, 0)
      guard count > 0 else { break }
      received += count
    }
    shutdown(descriptor, Int32(SHUT_WR))
    return content.holds(received)
  }

  /// tcpi_total_retrans of TCP_INFO.
  private var repeated: UInt32 {
    var information = [UInt32](repeating: 0, count: 26)
    var size = socklen_t(information.count * MemoryLayout<UInt32>.size)
    return getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_INFO, &information, &size) == 0 ? information[25] : 0
  }

  private static func limit(_ descriptor: Int32) {
    var timeout = timeval(tv_sec: 3, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(descriptor, SOL_SOCKET, option, &timeout, socklen_t(MemoryLayout<timeval>.size))
    }
  }
}

/// Takes one connection after the other.
final class BulkListener: Sendable {
  private let descriptor: Int32

  init(in namespace: String, port: UInt16) throws {
    descriptor = try NetworkNamespace(named: namespace).socket(domain: AF_INET6, type: Int32(SOCK_STREAM.rawValue))
    var (timeout, one, zero) = (timeval(tv_sec: 5, tv_usec: 0), Int32(1), Int32(0))
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
    setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &zero, socklen_t(MemoryLayout<Int32>.size))
    guard InetAddress.unspecified(.ipv6).withSocketAddress(port: port, { bind(descriptor, $0, $1) }) == 0,
      listen(descriptor, 4) == 0
    else { throw LabError("port \(port) was not bound: \(String(cString: strerror(errno)))") }
  }

  deinit { close(descriptor) }

  func serve(_ content: BulkContent, sends: Bool) async -> (isRight: Bool, repeated: UInt32) {
    let connection = await withCheckedContinuation { continuation in
      Thread { [self] in continuation.resume(returning: accept(descriptor, nil, nil)) }.start()
    }
    guard connection >= 0 else { return (false, 0) }
    return await BulkSocket(accepted: connection).move(content, sends: sends)
  }
}
