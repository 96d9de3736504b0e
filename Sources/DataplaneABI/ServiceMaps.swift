/// Key of `cali_v4_nat_fe` and `cali_v6_nat_fe` (hash): what a client dials. The address of a NodePort is `everyNode`: it stands for
/// each address of each node.
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
  public var rawValue: UInt16
  @inlinable @inline(__always) public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// `externalTrafficPolicy: Local`.
  @inlinable @inline(__always) public static var externalLocal: FrontendFlags { FrontendFlags(rawValue: 0x1) }
  /// `internalTrafficPolicy: Local`.
  @inlinable @inline(__always) public static var internalLocal: FrontendFlags { FrontendFlags(rawValue: 0x2) }
  /// Who comes from outside gets the backend that the frontend's Maglev table has for its packets' tuple, on every node the same.
  @inlinable @inline(__always) public static var maglev: FrontendFlags { FrontendFlags(rawValue: 0x8) }
  /// `loadBalancerSourceRanges`: only clients in `cali_v4_nat_src` or `cali_v6_nat_src` may come in from outside.
  @inlinable @inline(__always) public static var sourceRanges: FrontendFlags { FrontendFlags(rawValue: 0x10) }
}

/// Value of `cali_v4_nat_fe` and `cali_v6_nat_fe`. The backends' ordinals are 0 ..< count, the local ones first. A flow that has to
/// stay on the node takes one of 0 ..< localCount, any other one of clusterFirst ..< count.
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
  /// Slots of the frontend's table in `cali_v4_mglv2` or `cali_v6_mglv2`; 0 without the flag `maglev`.
  public var maglevSlots: UInt16
  /// Backends of this node before this ordinal drain: they serve only what has to stay on the node.
  public var clusterFirst: UInt32

  @inlinable @inline(__always)
  public init(
    id: UInt32, count: UInt32, localCount: UInt32 = 0, affinitySeconds: UInt32 = 0, flags: FrontendFlags = [],
    clusterFirst: UInt32 = 0, maglevSlots: UInt16 = 0
  ) {
    self.maglevSlots = maglevSlots
    self.clusterFirst = clusterFirst
    self.id = id
    self.count = count
    self.localCount = localCount
    self.affinitySeconds = affinitySeconds
    self.flags = flags
  }
}

/// Key of `cali_v4_nat_be` and `cali_v6_nat_be` (hash), where it names a backend by its ordinal, and of `cali_v4_mglv2` and
/// `cali_v6_mglv2` (hash), where it names a slot of a Maglev table.
public struct BackendKey: Hashable, Sendable, BitwiseCopyable {
  public var id: UInt32
  public var ordinal: UInt32

  @inlinable @inline(__always) public init(id: UInt32, ordinal: UInt32) {
    self.id = id
    self.ordinal = ordinal
  }
}

/// Value of `cali_v4_nat_be`, `cali_v6_nat_be`, `cali_v4_mglv2` and `cali_v6_mglv2`: where a connection goes.
public struct Backend<Address: IPAddress>: Hashable, Sendable, BitwiseCopyable {
  public var address: Address
  public var port: BigEndian16
  public var padding: UInt16 = 0

  @inlinable @inline(__always) public init(address: Address, port: BigEndian16) {
    self.address = address
    self.port = port
  }
}

/// Key of `cali_v4_nat_src` and `cali_v6_nat_src` (LPM trie): clients of a frontend with `sourceRanges`. The bits that count are those
/// of the id and the first of the address.
public struct SourceRangeKey<Address: IPAddress>: Hashable, Sendable, BitwiseCopyable {
  /// 32 bits of the id and those of the range, native byte order (struct bpf_lpm_trie_key in linux/bpf.h).
  public var prefixLength: UInt32
  /// `Frontend.id`
  public var id: UInt32
  public var address: Address

  /// - Parameter length: of the range's prefix, bits.
  @inlinable @inline(__always) public init(id: UInt32, address: Address, length: UInt32) {
    prefixLength = 32 &+ length
    self.id = id
    self.address = address
  }
}
