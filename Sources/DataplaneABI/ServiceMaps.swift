/// Key of `cali_v4_nat_fe` and `cali_v6_nat_fe` (hash): what a client dials.
public struct FrontendKey<Address: IPAddress>: Hashable, Sendable, BitwiseCopyable {
  public var address: Address
  public var port: BigEndian16
  /// IANA protocol number.
  public var proto: UInt8
  public var padding: UInt8 = 0

  @inlinable @inline(__always) public init(address: Address, port: BigEndian16, proto: UInt8) {
    self.address = address
    self.port = port
    self.proto = proto
  }
}

/// How a frontend chooses among its backends.
public struct FrontendFlags: OptionSet, Hashable, Sendable, BitwiseCopyable {
  public var rawValue: UInt32
  @inlinable @inline(__always) public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// `externalTrafficPolicy: Local`.
  @inlinable @inline(__always) public static var externalLocal: FrontendFlags { FrontendFlags(rawValue: 0x1) }
  /// `internalTrafficPolicy: Local`.
  @inlinable @inline(__always) public static var internalLocal: FrontendFlags { FrontendFlags(rawValue: 0x2) }
}

/// Value of `cali_v4_nat_fe` and `cali_v6_nat_fe`. The backends' ordinals are 0 ..< count, the local ones first.
public struct Frontend: Hashable, Sendable, BitwiseCopyable {
  /// Names the service port; the first half of `BackendKey`. Never 0.
  public var id: UInt32
  /// Backends that may be chosen.
  public var count: UInt32
  /// Those of them on this node.
  public var localCount: UInt32
  /// Session affinity in seconds; 0 is none.
  public var affinitySeconds: UInt32
  public var flags: FrontendFlags

  @inlinable @inline(__always)
  public init(
    id: UInt32, count: UInt32, localCount: UInt32 = 0, affinitySeconds: UInt32 = 0, flags: FrontendFlags = []
  ) {
    self.id = id
    self.count = count
    self.localCount = localCount
    self.affinitySeconds = affinitySeconds
    self.flags = flags
  }
}

/// Key of `cali_v4_nat_be` and `cali_v6_nat_be` (hash).
public struct BackendKey: Hashable, Sendable, BitwiseCopyable {
  public var id: UInt32
  public var ordinal: UInt32

  @inlinable @inline(__always) public init(id: UInt32, ordinal: UInt32) {
    self.id = id
    self.ordinal = ordinal
  }
}

/// Value of `cali_v4_nat_be` and `cali_v6_nat_be`: where a connection goes.
public struct Backend<Address: IPAddress>: Hashable, Sendable, BitwiseCopyable {
  public var address: Address
  public var port: BigEndian16
  public var padding: UInt16 = 0

  @inlinable @inline(__always) public init(address: Address, port: BigEndian16) {
    self.address = address
    self.port = port
  }
}
