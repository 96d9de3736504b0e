/// What a program at a cgroup's socket hook returns: whether the system call may go on.
public struct SocketVerdict: RawRepresentable, Equatable, Sendable {
  public var rawValue: Int32
  @inline(__always) public init(rawValue: Int32) { self.rawValue = rawValue }

  /// The call fails, with EPERM or what `Kernel.fail` said.
  @inline(__always) public static var refuse: SocketVerdict { SocketVerdict(rawValue: 0) }
  @inline(__always) public static var allow: SocketVerdict { SocketVerdict(rawValue: 1) }
}

/// An error number of Linux (asm-generic/errno.h).
public struct ErrorNumber: RawRepresentable, Equatable, Sendable {
  public var rawValue: Int32
  @inline(__always) public init(rawValue: Int32) { self.rawValue = rawValue }

  @inline(__always) public static var connectionRefused: ErrorNumber { ErrorNumber(rawValue: 111) }
}
