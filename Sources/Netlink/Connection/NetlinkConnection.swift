import Synchronization

/// A connection to the kernel's routing tables in one network namespace: links, addresses, routes, neighbours, rules.
///
/// Calls are synchronous system calls and wait no longer than the timeout. A connection may be shared between threads:
/// each request runs to its end before the next one starts. It stays in the namespace in which it was opened.
public final class NetlinkConnection: Sendable {
  private let socket: any NetlinkSocket
  private let timeout: Duration
  /// The sequence number of the last request; also keeps requests apart.
  private let lastSequence = Mutex<UInt32>(0)

  /// How often a dump or a question is asked again when the table changed meanwhile or an answer was lost.
  private static let attempts = 10

  /// Opens a connection in the network namespace of the calling thread.
  ///
  /// - Parameter timeout: how long a request waits for the kernel's answer; 10 s is Calico's `netlinkTimeout`.
  public init(timeout: Duration = .seconds(10)) throws(NetlinkError) {
    do throws(SocketFailure) {
      socket = try KernelSocket()
    } catch {
      throw NetlinkError(request: "open a netlink socket", cause: error.cause(timeout))
    }
    self.timeout = timeout
  }

  /// Opens a connection in the given network namespace.
  public init(in namespace: NetworkNamespace, timeout: Duration = .seconds(10)) throws(NetlinkError) {
    let opened = try namespace.run { Result { () throws(SocketFailure) in try KernelSocket() } }
    do throws(SocketFailure) {
      socket = try opened.get()
    } catch {
      throw NetlinkError(request: "open a netlink socket in \(namespace)", cause: error.cause(timeout))
    }
    self.timeout = timeout
  }

  /// A connection over a scripted socket.
  init(socket: any NetlinkSocket, timeout: Duration = .seconds(1)) {
    self.socket = socket
    self.timeout = timeout
  }

  // MARK: Requests

  /// Sends a request that changes something, and waits for the kernel's verdict.
  func change(_ request: @autoclosure () -> String, _ builder: MessageBuilder) throws(NetlinkError) {
    do throws(NetlinkError.Cause) {
      _ = try exchange(builder, isDump: false)
    } catch {
      throw NetlinkError(request: request(), cause: error)
    }
  }

  /// Sends a question for one thing, and gives the answer; nil if the kernel confirms without answering.
  func ask(_ request: @autoclosure () -> String, _ builder: MessageBuilder) throws(NetlinkError) -> Message? {
    try repeated(request(), builder, isDump: false).first
  }

  /// Asks for all entries of a table, again if it changed meanwhile.
  func dump(_ request: @autoclosure () -> String, _ builder: MessageBuilder) throws(NetlinkError) -> [Message] {
    try repeated(request(), builder, isDump: true)
  }

  private func repeated(
    _ request: @autoclosure () -> String, _ builder: MessageBuilder, isDump: Bool
  ) throws(NetlinkError) -> [Message] {
    var lastCause = NetlinkError.Cause.interrupted(attempts: Self.attempts)
    for _ in 0..<Self.attempts {
      do throws(NetlinkError.Cause) {
        return try exchange(builder, isDump: isDump)
      } catch {
        lastCause = error
        switch error {
        case .interrupted, .overrun: continue
        default: throw NetlinkError(request: request(), cause: error)
        }
      }
    }
    if case .interrupted = lastCause { lastCause = .interrupted(attempts: Self.attempts) }
    throw NetlinkError(request: request(), cause: lastCause)
  }

  // MARK: One request and its answer

  private func exchange(_ builder: MessageBuilder, isDump: Bool) throws(NetlinkError.Cause) -> [Message] {
    try lastSequence.withLock { (last) throws(NetlinkError.Cause) in
      last &+= 1
      let datagram: [UInt8]
      do throws(MessageTooLong) {
        datagram = try builder.finished(sequence: last)
      } catch {
        throw NetlinkError.Cause.invalid(error.explanation)
      }
      do throws(SocketFailure) {
        try socket.send(datagram)
      } catch {
        throw error.cause(timeout)
      }
      return try collectAnswer(to: last, isDump: isDump)
    }
  }

  private func collectAnswer(to sequence: UInt32, isDump: Bool) throws(NetlinkError.Cause) -> [Message] {
    let deadline = ContinuousClock.now + timeout
    var answer: [Message] = []
    var isInterrupted = false
    while true {
      for message in try receive(until: deadline) where message.header.sequence == sequence {
        isInterrupted = isInterrupted || (isDump && message.header.flags.contains(.dumpInterrupted))
        switch message.header.type {
        case .noOperation: continue
        case .overrun: throw .overrun
        case .error, .done:
          try Self.check(message)
          if isInterrupted { throw .interrupted(attempts: 1) }
          return answer
        default: answer.append(message)
        }
      }
    }
  }

  private func receive(until deadline: ContinuousClock.Instant) throws(NetlinkError.Cause) -> [Message] {
    let datagram: [UInt8]
    do throws(SocketFailure) {
      datagram = try socket.receive(until: deadline)
    } catch {
      throw error.cause(timeout)
    }
    do throws(MalformedMessage) {
      return try Message.list(in: datagram[...])
    } catch {
      throw .malformed(error.explanation)
    }
  }

  private static func check(_ message: Message) throws(NetlinkError.Cause) {
    let verdict: Acknowledgement
    do throws(MalformedMessage) {
      verdict = message.header.type == .done ? Acknowledgement(done: message) : try Acknowledgement(error: message)
    } catch {
      throw .malformed(error.explanation)
    }
    guard verdict.errno == 0 else { throw .refused(errno: verdict.errno, explanation: verdict.explanation) }
  }
}

extension SocketFailure {
  func cause(_ timeout: Duration) -> NetlinkError.Cause {
    switch self {
    case .timedOut: .timedOut(after: timeout)
    case .overrun: .overrun
    case .cancelled: .invalid("the socket was closed")
    case .system(let call, let errno): .system(call: call, errno: errno)
    }
  }
}
