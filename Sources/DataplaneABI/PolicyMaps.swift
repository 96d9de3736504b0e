/// What is asked of a policy program: the one element of `cali_state` (per-CPU array). The program that a flow's first packet meets
/// writes it and goes on to the first slot by a tail call; each policy program that allows goes on to the next one.
///
/// Both families use it: an IPv4 address is the first word of its field, what follows it means nothing.
public struct PolicyQuestion: Hashable, Sendable, BitwiseCopyable {
  public var source: IPv6Address
  /// As services have translated it.
  public var destination: IPv6Address
  /// As it was dialled.
  public var dialled: IPv6Address
  /// `PolicyTransport` of the packet as services have translated it.
  public var transport: PolicyTransport
  /// As it was dialled.
  public var dialledTransport: PolicyTransport
  /// In the host's byte order; 0 where there is none.
  public var sourcePort: UInt16
  public var padding: UInt16 = 0
  /// The slots of `cali_policy` that come after the one that is asked, the next one first. A policy that allows goes on to `next`, and
  /// moves the other two up; `next3` stays: it is always what says what becomes of the packet, where a policy that denies goes.
  public var next: UInt32
  public var next2: UInt32
  public var next3: UInt32
  /// 1 once a policy program denies, 2 if one that should be asked is not there.
  public var isDenied: UInt32
  /// The policy program that decided last, by its number, and the number of its rule.
  public var program: UInt32
  public var rule: UInt32
  public var flags: PolicyQuestionFlags
  /// The slot that the main program goes to.
  public var first: UInt32

  @inlinable @inline(__always)
  public init(source: IPv6Address, destination: IPv6Address, transport: PolicyTransport, sourcePort: UInt16) {
    self.source = source
    self.destination = destination
    self.dialled = destination
    self.transport = transport
    self.dialledTransport = transport
    self.sourcePort = sourcePort
    next = 0
    next2 = 0
    next3 = 0
    isDenied = 0
    program = 0
    rule = 0
    flags = PolicyQuestionFlags(rawValue: 0)
    first = 0
  }
}

/// What policy programs note of a packet.
public struct PolicyQuestionFlags: OptionSet, Hashable, Sendable, BitwiseCopyable {
  public var rawValue: UInt32
  @inlinable @inline(__always) public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// A rule with the action Log matched.
  @inlinable @inline(__always) public static var logged: PolicyQuestionFlags { PolicyQuestionFlags(rawValue: 0x1) }
}

/// A transport protocol with what policies tell its packets apart by, as one number in the host's byte order: bits 16 to 23 are the
/// IP protocol number; bits 0 to 15 the destination port of TCP, UDP and SCTP, type (bits 8 to 15) and code of ICMP, otherwise 0.
public struct PolicyTransport: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
  public var rawValue: UInt32
  @inlinable @inline(__always) public init(rawValue: UInt32) { self.rawValue = rawValue }
  @inlinable @inline(__always) public init(proto: UInt8, detail: UInt16) {
    rawValue = UInt32(proto) &<< 16 | UInt32(detail)
  }
}

/// Where things are in `cali_policy` (program array).
///
/// A pod has four consecutive slots from its route's `policy` on: for IPv4 what it receives and what it sends, then for IPv6.
public enum PolicySlot {
  /// What follows once policies have decided: the second half of the program of that hook.
  @inlinable @inline(__always) public static var workloadIngress: UInt32 { 1 }
  @inlinable @inline(__always) public static var workloadEgress: UInt32 { 2 }
  @inlinable @inline(__always) public static var hostIngress: UInt32 { 3 }
  /// The first that pods have.
  @inlinable @inline(__always) public static var first: UInt32 { 16 }
  /// Slots that a pod has.
  @inlinable @inline(__always) public static var perWorkload: UInt32 { 4 }
  /// In a route: nobody wants a policy here. (0 is that there is none yet, and nothing passes.)
  @inlinable @inline(__always) public static var unenforced: UInt32 { .max }
}

/// Key of `cali_v4_portset` and `cali_v6_portset` (hash): a named port or a service's endpoint.
public struct PortSetKey<Address: IPAddress>: Hashable, Sendable, BitwiseCopyable {
  public var address: Address
  public var transport: PolicyTransport

  @inlinable @inline(__always) public init(address: Address, transport: PolicyTransport) {
    self.address = address
    self.transport = transport
  }
}
