/// Key of `cali_v4_nat_mem` and `cali_v6_nat_mem` (hash): an endpoint of a frontend, chosen for new connections or not.
///
/// `cali_v4_nat_be` numbers the backends of a frontend, and a backend's number changes when others come and go. Here one asks by
/// its address whether it is still there.
public struct MemberKey<Address: IPAddress>: Hashable, Sendable, BitwiseCopyable {
  /// The frontend's.
  public var id: UInt32
  public var address: Address
  public var port: BigEndian16
  public var padding: UInt16 = 0

  @inlinable @inline(__always) public init(id: UInt32, address: Address, port: BigEndian16) {
    self.id = id
    self.address = address
    self.port = port
  }
}

/// Value of `cali_v4_nat_mem` and `cali_v6_nat_mem`. No bit set: the endpoint is known, and what is connected to it stays.
public struct MemberFlags: OptionSet, Hashable, Sendable, BitwiseCopyable {
  public var rawValue: UInt32
  @inlinable @inline(__always) public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// One of the backends that new connections go to.
  @inlinable @inline(__always) public static var takesNew: MemberFlags { MemberFlags(rawValue: 0x1) }
  /// Answers what comes; UDP may stay with it.
  @inlinable @inline(__always) public static var serving: MemberFlags { MemberFlags(rawValue: 0x2) }
}
