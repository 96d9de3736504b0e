/// Key of `cali_v4_routes` and `cali_v6_routes` (LPM trie): the bits that count, then the address.
public struct RouteKey<Address: IPAddress>: Hashable, Sendable, BitwiseCopyable {
  /// Significant leading bits of `address`, native byte order (struct bpf_lpm_trie_key in linux/bpf.h).
  public var prefixLength: UInt32
  public var address: Address

  @inlinable @inline(__always) public init(prefixLength: UInt32, address: Address) {
    self.prefixLength = prefixLength
    self.address = address
  }

  /// The key that asks for one address.
  @inlinable @inline(__always) public init(host address: Address) {
    self.init(prefixLength: Address.bitWidth, address: address)
  }
}

/// What an address is to this node. The bits are Calico's (felix route map), so that dumps read alike.
public struct RouteFlags: OptionSet, Hashable, Sendable, BitwiseCopyable {
  public var rawValue: UInt32
  @inlinable @inline(__always) public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Inside an IP pool.
  @inlinable @inline(__always) public static var inPool: RouteFlags { RouteFlags(rawValue: 0x1) }
  /// Inside a pool whose traffic to the outside is source-translated.
  @inlinable @inline(__always) public static var natOutgoing: RouteFlags { RouteFlags(rawValue: 0x2) }
  /// A pod's address, or a block of them.
  @inlinable @inline(__always) public static var workload: RouteFlags { RouteFlags(rawValue: 0x4) }
  /// On this node.
  @inlinable @inline(__always) public static var local: RouteFlags { RouteFlags(rawValue: 0x8) }
  /// A node's own address.
  @inlinable @inline(__always) public static var host: RouteFlags { RouteFlags(rawValue: 0x10) }
  /// The node it belongs to shares a subnet with this one.
  @inlinable @inline(__always) public static var sameSubnet: RouteFlags { RouteFlags(rawValue: 0x20) }
  /// Clients whose services answer the way that they were asked, whatever `bpfExternalServiceMode` says (`bpfDSROptoutCIDRs`).
  @inlinable @inline(__always) public static var noDirectReturn: RouteFlags { RouteFlags(rawValue: 0x80) }
  /// A range of services' addresses: what comes for one that no service has is dropped.
  @inlinable @inline(__always) public static var unusedService: RouteFlags { RouteFlags(rawValue: 0x100) }
  /// Beside that: its sender is told.
  @inlinable @inline(__always) public static var refusesUnused: RouteFlags { RouteFlags(rawValue: 0x200) }
}

/// Value of `cali_v4_routes` and `cali_v6_routes`.
public struct Route<Address: IPAddress>: Hashable, Sendable, BitwiseCopyable {
  public var flags: RouteFlags
  /// Local workload: its host-side interface. Remote: the interface that leads to `nextHop`. Otherwise 0.
  public var interfaceIndex: UInt32
  /// Remote: the node to send to, on link. Otherwise any.
  public var nextHop: Address
  /// Local workload: the Ethernet address of the pod's end. Otherwise none.
  public var mac: MACAddress
  /// The longest IP packet that leaves by `interfaceIndex` in one piece, bytes; 0 where that is not known.
  public var mtu: UInt16
  /// Local workload: its first slot in `cali_policy` (`PolicySlot`). 0 is that it has no policy yet: nothing passes.
  public var policy: UInt32

  @inlinable @inline(__always)
  public init(
    flags: RouteFlags, interfaceIndex: UInt32 = 0, nextHop: Address = .any, mac: MACAddress = .none, mtu: UInt16 = 0,
    policy: UInt32 = PolicySlot.unenforced
  ) {
    self.flags = flags
    self.interfaceIndex = interfaceIndex
    self.nextHop = nextHop
    self.mac = mac
    self.mtu = mtu
    self.policy = policy
  }
}
