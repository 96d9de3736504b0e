import DataplaneABI

/// `struct bpf_fib_lookup` (linux/bpf.h): a question to the host's routing tables, and the answer. 64 bytes.
public struct RouteQuestion: BitwiseCopyable, Sendable {
  /// AF_INET or AF_INET6.
  public var family: UInt8
  public var proto: UInt8
  public var sourcePort: BigEndian16
  public var destinationPort: BigEndian16
  /// 0: the length of the packet plays no part.
  public var length: UInt16
  /// Where the packet comes in; in the answer, where it would leave.
  public var interfaceIndex: UInt32
  public var service: UInt32
  /// IPv4 addresses take the first word.
  public var source: IPv6Address
  public var destination: IPv6Address
  public var vlan: UInt32
  public var hardware: InlineArray<3, UInt32>
}

/// What the routing tables answer (`BPF_FIB_LKUP_RET_*`, linux/bpf.h).
public struct RouteAnswer: RawRepresentable, Equatable, BitwiseCopyable, Sendable {
  public var rawValue: Int
  @inlinable @inline(__always) public init(rawValue: Int) { self.rawValue = rawValue }

  @inlinable @inline(__always) public static var found: RouteAnswer { RouteAnswer(rawValue: 0) }
  /// No way on: whatever has no name here.
  @inlinable @inline(__always) public static var notForwarded: RouteAnswer { RouteAnswer(rawValue: 4) }
  /// By a route with encapsulation; the kernel does not say by which interface.
  @inlinable @inline(__always) public static var encapsulated: RouteAnswer { RouteAnswer(rawValue: 6) }
  /// The next hop's hardware address is not known yet.
  @inlinable @inline(__always) public static var noNeighbour: RouteAnswer { RouteAnswer(rawValue: 7) }
}
