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
  /// The mark of the packet, if `RouteQuestionFlags.marked` says so; in the answer, Ethernet addresses begin here.
  public var mark: UInt32
  public var hardware: InlineArray<2, UInt32>
}

/// How a question is meant (`BPF_FIB_LOOKUP_*`, linux/bpf.h).
public struct RouteQuestionFlags: RawRepresentable, Equatable, BitwiseCopyable, Sendable {
  public var rawValue: UInt32
  @inlinable @inline(__always) public init(rawValue: UInt32) { self.rawValue = rawValue }

  @inlinable @inline(__always) public static var none: RouteQuestionFlags { RouteQuestionFlags(rawValue: 0) }
  /// Of the main table alone, or of that of the interface's VRF: routing rules have no say.
  @inlinable @inline(__always) public static var mainTable: RouteQuestionFlags { RouteQuestionFlags(rawValue: 1) }
  /// `interfaceIndex` is where the packet is to leave. IPv4 finds no other way then; IPv6 prefers it to routes that are as good.
  @inlinable @inline(__always) public static var leaving: RouteQuestionFlags { RouteQuestionFlags(rawValue: 2) }
  /// The packet has a mark (Linux 6.10; kernels before answer `unknownFlag`).
  @inlinable @inline(__always) public static var marked: RouteQuestionFlags { RouteQuestionFlags(rawValue: 32) }

  @inlinable @inline(__always)
  public static func | (one: RouteQuestionFlags, other: RouteQuestionFlags) -> RouteQuestionFlags {
    RouteQuestionFlags(rawValue: one.rawValue | other.rawValue)
  }
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
  /// The kernel does not know how the question is meant (EINVAL).
  @inlinable @inline(__always) public static var unknownFlag: RouteAnswer { RouteAnswer(rawValue: -22) }
}
