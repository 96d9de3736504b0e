/// An IP address as it stands in packets and maps: 32-bit words in network byte order, 4-byte aligned.
public protocol IPAddress: Hashable, Sendable, BitwiseCopyable {
  /// The number of bits in an address of this family: 32 or 128.
  static var bitWidth: UInt32 { get }
  /// The all-zeroes address.
  static var any: Self { get }
  /// The address of all ones: every node's addresses, where ports of services at nodes are looked up.
  static var everyNode: Self { get }
  /// A strict total order, the same on every node: conntrack keys name the end that precedes first.
  ///
  /// The order is that of the words as this machine reads them, not that of the written address.
  func precedes(_ other: Self) -> Bool
}

/// An IPv4 address (RFC 791), 4 bytes in network byte order.
public struct IPv4Address: IPAddress {
  /// The four octets as they stand in the packet, read as one native word.
  public var rawValue: UInt32

  @inlinable @inline(__always) public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// The address a.b.c.d.
  @inlinable @inline(__always) public init(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) {
    rawValue = (UInt32(a) &<< 24 | UInt32(b) &<< 16 | UInt32(c) &<< 8 | UInt32(d)).bigEndian
  }

  @inlinable @inline(__always) public static var bitWidth: UInt32 { 32 }
  @inlinable @inline(__always) public static var any: IPv4Address { IPv4Address(rawValue: 0) }
  @inlinable @inline(__always) public static var everyNode: IPv4Address { IPv4Address(rawValue: .max) }
  @inlinable @inline(__always) public func precedes(_ other: IPv4Address) -> Bool { rawValue < other.rawValue }
}

/// An IPv6 address (RFC 8200), 16 bytes in network byte order.
///
/// Four words rather than two or one, so that every key that holds an address is 4-byte aligned and free of padding.
public struct IPv6Address: IPAddress {
  /// Octets 0 to 3 as they stand in the packet, read as one native word.
  public var word0: UInt32
  /// Octets 4 to 7.
  public var word1: UInt32
  /// Octets 8 to 11.
  public var word2: UInt32
  /// Octets 12 to 15.
  public var word3: UInt32

  @inlinable @inline(__always) public init(_ word0: UInt32, _ word1: UInt32, _ word2: UInt32, _ word3: UInt32) {
    self.word0 = word0
    self.word1 = word1
    self.word2 = word2
    self.word3 = word3
  }

  @inlinable @inline(__always) public static var bitWidth: UInt32 { 128 }
  @inlinable @inline(__always) public static var any: IPv6Address { IPv6Address(0, 0, 0, 0) }
  @inlinable @inline(__always) public static var everyNode: IPv6Address { IPv6Address(.max, .max, .max, .max) }
  @inlinable @inline(__always) public func precedes(_ other: IPv6Address) -> Bool {
    if word3 != other.word3 { return word3 < other.word3 }
    if word2 != other.word2 { return word2 < other.word2 }
    if word1 != other.word1 { return word1 < other.word1 }
    return word0 < other.word0
  }
}

/// A 16-bit number in network byte order: a port, an ICMP identifier.
public struct BigEndian16: Hashable, Sendable, BitwiseCopyable {
  /// The two octets as they stand in the packet, read as one native half-word.
  public var rawValue: UInt16

  @inlinable @inline(__always) public init(rawValue: UInt16) { self.rawValue = rawValue }
  /// From the host's byte order.
  @inlinable @inline(__always) public init(_ host: UInt16) { rawValue = host.bigEndian }
  /// The number in the host's byte order.
  @inlinable @inline(__always) public var host: UInt16 { UInt16(bigEndian: rawValue) }
}

/// An Ethernet address, 6 bytes, 2-byte aligned.
public struct MACAddress: Hashable, Sendable, BitwiseCopyable {
  /// Octets 0 and 1, 2 and 3, 4 and 5 as they stand in the frame, read as native half-words.
  public var half0: UInt16
  public var half1: UInt16
  public var half2: UInt16

  @inlinable @inline(__always) public init(_ half0: UInt16, _ half1: UInt16, _ half2: UInt16) {
    self.half0 = half0
    self.half1 = half1
    self.half2 = half2
  }

  /// No address: all octets zero.
  @inlinable @inline(__always) public static var none: MACAddress { MACAddress(0, 0, 0) }
}

/// IP protocol numbers in use (IANA protocol-numbers).
public enum IPProtocolNumber {
  @inlinable @inline(__always) public static var icmp: UInt8 { 1 }
  @inlinable @inline(__always) public static var tcp: UInt8 { 6 }
  @inlinable @inline(__always) public static var udp: UInt8 { 17 }
  @inlinable @inline(__always) public static var icmpv6: UInt8 { 58 }
  @inlinable @inline(__always) public static var sctp: UInt8 { 132 }
}
