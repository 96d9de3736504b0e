/// Tells what changes in the tables of one network namespace, from the moment it was opened.
///
/// Open the monitor first and list the tables after that: then nothing falls between the two. On `.resync` list them
/// again. The sequence ends when the monitor is closed or its last reference goes away; cancelling the consuming task
/// ends its loop only. Consume it from one place: each event goes to one consumer.
public final class NetlinkMonitor: AsyncSequence, Sendable {
  public typealias Element = NetlinkEvent
  public typealias Failure = NetlinkError

  private let socket: KernelSocket
  private let buffer: EventBuffer

  /// Opens a monitor.
  ///
  /// - Parameters:
  ///   - groups: what to be told about.
  ///   - namespace: whose tables; nil for the calling thread's namespace.
  ///   - capacity: how many events may wait for the consumer before they give way to one `.resync`.
  ///   - receiveBuffer: how many bytes may wait in the kernel.
  public init(
    _ groups: Set<NotificationGroup> = NotificationGroup.all, in namespace: NetworkNamespace? = nil,
    capacity: Int = 4096, receiveBuffer: Int32 = 1 << 20
  ) throws(NetlinkError) {
    let numbers = groups.map(\.rawValue).sorted()
    let open = { @Sendable () -> Result<KernelSocket, SocketFailure> in
      Result { () throws(SocketFailure) in
        try KernelSocket(groups: numbers, receiveBuffer: receiveBuffer, isCancellable: true)
      }
    }
    let opened = if let namespace { try namespace.run(open) } else { open() }
    let buffer = EventBuffer(capacity: capacity)
    do throws(SocketFailure) {
      let socket = try opened.get()
      // The thread holds the socket and the buffer but not the monitor, so that the monitor's end can end it.
      try DedicatedThread.detach { Self.read(socket, into: buffer) }
      self.socket = socket
      self.buffer = buffer
    } catch {
      throw NetlinkError(request: "open a netlink monitor", cause: error.cause(.zero))
    }
  }

  deinit { close() }

  /// Ends the sequence.
  public func close() {
    socket.cancel()
    buffer.finish()
  }

  public struct AsyncIterator: AsyncIteratorProtocol {
    fileprivate let buffer: EventBuffer
    /// Keeps the monitor open while somebody iterates.
    fileprivate let monitor: NetlinkMonitor

    public func next() async throws(NetlinkError) -> NetlinkEvent? { try await buffer.next() }

    public func next(isolation actor: isolated (any Actor)?) async throws(NetlinkError) -> NetlinkEvent? {
      try await buffer.next()
    }
  }

  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(buffer: buffer, monitor: self) }

  /// Reads until the socket is cancelled or fails.
  private static func read(_ socket: some NetlinkSocket, into buffer: EventBuffer) {
    while true {
      do throws(SocketFailure) {
        deliver(try socket.receive(until: .now + .seconds(3600)), to: buffer)
      } catch {
        switch error {
        case .timedOut: continue
        case .overrun: buffer.append(.resync(.kernelBufferFull))
        case .cancelled: return buffer.finish()
        case .system:
          return buffer.finish(throwing: NetlinkError(request: "wait for notifications", cause: error.cause(.zero)))
        }
      }
    }
  }

  private static func deliver(_ datagram: [UInt8], to buffer: EventBuffer) {
    do throws(MalformedMessage) {
      for event in try NetlinkEvent.list(in: datagram[...]) { buffer.append(event) }
    } catch {
      buffer.append(.resync(.malformed(error.explanation)))
    }
  }
}
