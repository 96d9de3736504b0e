/// Key of `cali_v4_frgheld` and `cali_v6_frgheld` (LRU hash). 20 or 44 bytes.
public struct HeldFragmentKey<Address: IPAddress>: Hashable, Sendable, BitwiseCopyable {
  public var packet: FragmentKey<Address>
  /// From 0 on, in no order.
  public var slot: UInt32

  @inlinable @inline(__always) public init(packet: FragmentKey<Address>, slot: UInt32) {
    self.packet = packet
    self.slot = slot
  }

  /// How many fragments of one packet are held.
  @inlinable @inline(__always) public static var slots: UInt32 { 32 }
}

/// Value of `cali_v4_frgheld` and `cali_v6_frgheld`: a fragment as it came. 2,064 bytes.
public struct HeldFragment: Sendable, BitwiseCopyable {
  /// When it came, nanoseconds of CLOCK_MONOTONIC.
  public var seen: UInt64
  /// Bytes, from the Ethernet header on.
  public var length: UInt32
  public var padding: UInt32
  public var bytes: InlineArray<256, UInt64>

  /// The longest that is held, Ethernet header included.
  @inlinable @inline(__always) public static var longest: UInt32 { 2048 }
}
