/// A network interface as the kernel reports it.
public struct Link: Hashable, Sendable {
  /// The number by which requests name the interface; unique within a namespace.
  public var index: Int32
  public var name: String
  /// "veth", "vxlan", "bridge"…; nil for plain devices and the loopback.
  public var kind: String?
  public var flags: LinkFlags
  /// What stands before the IP header in its packets.
  public var hardwareType: HardwareType
  /// RFC 2863 state; `.up` only when administratively up and with carrier.
  public var operationalState: OperationalState
  /// Bytes of the biggest packet, link-layer header not counted.
  public var mtu: UInt32
  public var hardwareAddress: HardwareAddress?
  /// Index of the bridge or bond that the interface belongs to.
  public var master: Int32?
  /// Index of the other end of a veth, or of the device below a vxlan, vlan or tunnel.
  public var peer: Int32?
  /// Identifies, within this namespace, the namespace in which `peer` is counted; nil if it is this one.
  public var peerNamespaceID: Int32?
  public var alternativeNames: [String]
  /// What is special to a vxlan device.
  public var vxlan: Vxlan?

  /// Whether the interface is administratively up.
  public var isUp: Bool { flags.contains(.up) }

  public init(
    index: Int32, name: String, kind: String? = nil, flags: LinkFlags = [], mtu: UInt32 = 1500,
    hardwareType: HardwareType = .ethernet
  ) {
    self.index = index
    self.name = name
    self.kind = kind
    self.flags = flags
    self.mtu = mtu
    self.hardwareType = hardwareType
    operationalState = .unknown
    alternativeNames = []
  }
}

/// Interface flags: IFF_* of `linux/if.h`.
public struct LinkFlags: OptionSet, Hashable, Sendable {
  public var rawValue: UInt32

  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Administratively up.
  public static let up = LinkFlags(rawValue: 0x1)
  public static let broadcast = LinkFlags(rawValue: 0x2)
  public static let loopback = LinkFlags(rawValue: 0x8)
  public static let pointToPoint = LinkFlags(rawValue: 0x10)
  /// Operationally up.
  public static let running = LinkFlags(rawValue: 0x40)
  public static let noARP = LinkFlags(rawValue: 0x80)
  public static let promiscuous = LinkFlags(rawValue: 0x100)
  public static let multicast = LinkFlags(rawValue: 0x1000)
  /// There is a carrier.
  public static let lowerUp = LinkFlags(rawValue: 0x10000)
}

/// Operational state: IF_OPER_* of `linux/if.h`.
public struct OperationalState: RawRepresentable, Hashable, Sendable {
  public var rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The driver does not say; the loopback is always so.
  public static let unknown = OperationalState(rawValue: 0)
  public static let down = OperationalState(rawValue: 2)
  public static let lowerLayerDown = OperationalState(rawValue: 3)
  public static let dormant = OperationalState(rawValue: 5)
  public static let up = OperationalState(rawValue: 6)
}

/// The kind of link layer: ARPHRD_* of `linux/if_arp.h`.
public struct HardwareType: RawRepresentable, Hashable, Sendable {
  public var rawValue: UInt16

  public init(rawValue: UInt16) { self.rawValue = rawValue }

  public static let ethernet = HardwareType(rawValue: 1)
  /// IPv4 in IP.
  public static let tunnel = HardwareType(rawValue: 768)
  /// Its packets have an Ethernet header too.
  public static let loopback = HardwareType(rawValue: 772)
  /// No link-layer header: tun, WireGuard.
  public static let none = HardwareType(rawValue: 0xFFFE)
}
