import Foundation
import Netlink
import Synchronization

@testable import Lab

/// Questions by UDP from one socket, one each two milliseconds, and how many were answered: each is one packet, and nothing sends it
/// again.
final class PolicyFlow: Sendable {
  struct Outcome: Sendable, CustomStringConvertible {
    var sent = 0
    var answered = 0
    var lost: Int { sent - answered }

    var description: String { "\(answered) of \(sent)" }
  }

  private let descriptor: Int32
  private let isStopped = Atomic(false)
  private let sent = Atomic(0)
  private let answered = Atomic(0)
  private let done = DispatchSemaphore(value: 0)

  init(from source: PolicyPod, to address: InetAddress, port: UInt16 = 80) throws {
    descriptor = try source.namespace.socket(
      domain: address.family == .ipv4 ? AF_INET : AF_INET6, type: Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue))
    guard address.withSocketAddress(port: port, { connect(descriptor, $0, $1) }) == 0 else {
      close(descriptor)
      throw LabError("not connected to \(address): \(String(cString: strerror(errno)))")
    }
    Thread { [self] in run() }.start()
  }

  /// Answers that have come so far.
  var answerCount: Int { answered.load(ordering: .relaxed) }

  /// Waits half a second for what is under way.
  func stop() -> Outcome {
    isStopped.store(true, ordering: .relaxed)
    done.wait()
    // Whoever asks once more need not wait.
    done.signal()
    return Outcome(sent: sent.load(ordering: .relaxed), answered: answerCount)
  }

  private func run() {
    while !isStopped.load(ordering: .relaxed) {
      // What a policy stops is not an error of the socket; an ICMP error of before would be.
      if send(descriptor, "who", 3, Int32(MSG_NOSIGNAL)) == 3 { sent.add(1, ordering: .relaxed) }
      takeAnswers()
      usleep(2000)
    }
    let deadline = ContinuousClock.now + .milliseconds(500)
    while ContinuousClock.now < deadline, answerCount < sent.load(ordering: .relaxed) {
      takeAnswers()
      usleep(1000)
    }
    close(descriptor)
    done.signal()
  }

  private func takeAnswers() {
    var bytes = [UInt8](repeating: 0, count: 512)
    while recv(descriptor, &bytes, bytes.count, 0) > 0 { answered.add(1, ordering: .relaxed) }
  }
}

/// Questions over one TCP connection, one after the other.
final class PolicyStream: Sendable {
  private let socket: ClientSocket
  private let isStopped = Atomic(false)
  private let answered = Atomic(0)
  private let isBroken = Atomic(false)
  private let done = DispatchSemaphore(value: 0)

  /// - Parameter limit: seconds; an answer that takes longer ends it.
  init(from source: PolicyPod, to address: InetAddress, port: UInt16 = 80, limit: Double = 1) throws {
    socket = try ClientSocket(
      .tcp, in: source.record.namespace, isIPv6: address.family == .ipv6, limit: limit)
    guard socket.connect(to: address, port) else { throw LabError("not connected to \(address)") }
    Thread { [self] in run() }.start()
  }

  var answerCount: Int { answered.load(ordering: .relaxed) }
  var hasEnded: Bool { isBroken.load(ordering: .relaxed) }

  /// Whether every question was answered in time.
  func stop() -> Bool {
    isStopped.store(true, ordering: .relaxed)
    done.wait()
    // Whoever asks once more need not wait.
    done.signal()
    return !hasEnded
  }

  private func run() {
    while !isStopped.load(ordering: .relaxed) {
      guard socket.send(Array("who".utf8)) == 0, socket.receive() != nil else {
        isBroken.store(true, ordering: .relaxed)
        break
      }
      answered.add(1, ordering: .relaxed)
      usleep(2000)
    }
    done.signal()
  }
}

/// A SYN each millisecond to a port, each from a new socket, and a datagram; and how many of either were answered.
final class PolicyHammer: Sendable {
  private let source: PolicyPod
  private let address: InetAddress
  private let port: UInt16
  private let isStopped = Atomic(false)
  private let sent = Atomic(0)
  private let accepted = Atomic(0)
  private let done = DispatchSemaphore(value: 0)

  init(from source: PolicyPod, to address: InetAddress, port: UInt16 = 80) throws {
    (self.source, self.address, self.port) = (source, address, port)
    Thread { [self] in
      // Its sockets are all in the pod.
      try? source.namespace.run { self.run() }
      done.signal()
    }.start()
  }

  var sentCount: Int { sent.load(ordering: .relaxed) }
  var acceptedCount: Int { accepted.load(ordering: .relaxed) }

  /// - Returns: how many connections and datagrams were answered.
  @discardableResult
  func stop() -> Int {
    isStopped.store(true, ordering: .relaxed)
    done.wait()
    // Whoever asks once more need not wait.
    done.signal()
    return acceptedCount
  }

  private func run() {
    let domain = address.family == .ipv4 ? AF_INET : AF_INET6
    let flags = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let datagrams = socket(domain, Int32(SOCK_DGRAM.rawValue) | flags, 0)
    _ = address.withSocketAddress(port: port) { connect(datagrams, $0, $1) }
    var open: [Int32] = []
    var next = ContinuousClock.now
    while !isStopped.load(ordering: .relaxed) {
      let stream = socket(domain, Int32(SOCK_STREAM.rawValue) | flags, 0)
      if stream >= 0 {
        _ = address.withSocketAddress(port: port) { connect(stream, $0, $1) }
        open.append(stream)
      }
      _ = send(datagrams, "who", 3, Int32(MSG_NOSIGNAL))
      sent.add(1, ordering: .relaxed)
      var byte: UInt8 = 0
      while recv(datagrams, &byte, 1, 0) > 0 { accepted.add(1, ordering: .relaxed) }
      // A connection has a quarter of a second to be taken.
      if open.count > 250 { look(at: open.removeFirst()) }
      next += .milliseconds(1)
      let rest = (next - .now) / .microseconds(1)
      if rest > 0 { usleep(UInt32(rest)) } else { next = .now }
    }
    usleep(250_000)
    for stream in open { look(at: stream) }
    close(datagrams)
  }

  private func look(at stream: Int32) {
    var peer = sockaddr_in6()
    var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
    let isConnected = withUnsafeMutablePointer(to: &peer) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(stream, $0, &size) == 0 }
    }
    if isConnected { accepted.add(1, ordering: .relaxed) }
    close(stream)
  }
}
