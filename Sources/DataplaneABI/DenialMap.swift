/// Key of `cali_denied` (LRU hash): traffic of which policies denied packets, whatever port it came from.
public struct DenialKey: Hashable, Sendable, BitwiseCopyable {
  /// An IPv4 address is the first word, the others are 0.
  public var source: IPv6Address
  /// As services have translated it.
  public var destination: IPv6Address
  public var transport: PolicyTransport
  /// 4 or 6.
  public var family: UInt32

  @inlinable @inline(__always)
  public init(source: IPv6Address, destination: IPv6Address, transport: PolicyTransport, family: UInt32) {
    self.source = source
    self.destination = destination
    self.transport = transport
    self.family = family
  }
}

/// Value of `cali_denied`: who denied it last. CPUs that write at the same time may lose a packet's count.
public struct Denial: Hashable, Sendable, BitwiseCopyable {
  /// CLOCK_MONOTONIC in nanoseconds.
  public var lastSeen: UInt64
  public var packets: UInt64
  /// `PolicyQuestion.program` and `.rule`.
  public var program: UInt32
  public var rule: UInt32
  /// Where the packet was seen, and at which of its hooks (`CounterKey.hook`).
  public var interfaceIndex: UInt32
  public var hook: UInt32

  @inlinable @inline(__always)
  public init(lastSeen: UInt64, packets: UInt64, program: UInt32, rule: UInt32, interfaceIndex: UInt32, hook: UInt32) {
    self.lastSeen = lastSeen
    self.packets = packets
    self.program = program
    self.rule = rule
    self.interfaceIndex = interfaceIndex
    self.hook = hook
  }
}
