/// What kind of link to create.
public enum LinkKind: Sendable {
  case veth(peer: VethPeer)
  /// A netkit pair in L2 mode, with Ethernet headers; the link that is created is its primary. Linux 6.7.
  case netkit(peer: VethPeer)
  case vxlan(Vxlan)
  case bridge
  case dummy
  /// IEEE 802.1Q frames with this identifier, 1 to 4094, that another link carries, by its index.
  case vlan(identifier: UInt16, over: Int32)
  /// Without ports, which join it while they are down.
  case bond(BondMode)

  /// The kernel's name of the kind (IFLA_INFO_KIND).
  public var name: String {
    switch self {
    case .veth: "veth"
    case .netkit: "netkit"
    case .vxlan: "vxlan"
    case .bridge: "bridge"
    case .dummy: "dummy"
    case .vlan: "vlan"
    case .bond: "bond"
    }
  }
}

/// How a bond shares packets among its ports: BOND_MODE_* of `linux/if_bonding.h`.
public enum BondMode: UInt8, Sendable {
  case balanceRoundRobin = 0
  /// One port carries everything; another takes over when it fails.
  case activeBackup = 1
}

/// The other end of a veth or netkit pair to create.
public struct VethPeer: Sendable {
  public var name: String
  /// Where the other end appears; nil: where the veth is created.
  public var namespace: NetworkNamespace?
  /// nil: the kernel makes one up.
  public var hardwareAddress: HardwareAddress?
  public var mtu: UInt32?

  public init(
    name: String, namespace: NetworkNamespace? = nil, hardwareAddress: HardwareAddress? = nil, mtu: UInt32? = nil
  ) {
    self.name = name
    self.namespace = namespace
    self.hardwareAddress = hardwareAddress
    self.mtu = mtu
  }
}

/// What is special to a vxlan device (RFC 7348).
public struct Vxlan: Hashable, Sendable {
  /// The VXLAN network identifier, 24 bits; 0 for an external device.
  public var networkIdentifier: UInt32
  /// UDP destination port, host byte order; 4789 is IANA's.
  public var port: UInt16
  /// Each packet says where it goes, by its tunnel metadata ("external", collect_metadata).
  public var isExternal: Bool
  /// Whether remote hardware addresses are learnt from packets.
  public var isLearning: Bool
  /// The source address of the outer packets.
  public var local: InetAddress?
  /// The index of the device that carries the outer packets.
  public var device: Int32?

  public init(
    networkIdentifier: UInt32 = 0, port: UInt16 = 4789, isExternal: Bool = false, isLearning: Bool = false,
    local: InetAddress? = nil, device: Int32? = nil
  ) {
    self.networkIdentifier = networkIdentifier
    self.port = port
    self.isExternal = isExternal
    self.isLearning = isLearning
    self.local = local
    self.device = device
  }
}
