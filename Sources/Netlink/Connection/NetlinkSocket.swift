/// What a connection needs of a socket; the tests put a scripted one in its place.
protocol NetlinkSocket: Sendable {
  /// Sends one datagram to the kernel.
  func send(_ datagram: [UInt8]) throws(SocketFailure)

  /// The next datagram from the kernel, waiting no longer than until `deadline`.
  func receive(until deadline: ContinuousClock.Instant) throws(SocketFailure) -> [UInt8]
}

/// Why a socket gave nothing.
enum SocketFailure: Error, Hashable {
  case timedOut
  /// Messages were lost because the socket's buffer was full (ENOBUFS).
  case overrun
  /// Another end asked to stop waiting.
  case cancelled
  case system(call: String, errno: Int32)
}
