import DataplaneABI
import Routing

/// A network interface of this node, as far as the dataplane looks at it.
public struct InterfaceState: Hashable, Sendable {
  public var name: String
  public var index: UInt32
  /// Administratively up.
  public var isUp: Bool
  public var addresses: PerFamily<[SubnetAddress<IPv4Address>], [SubnetAddress<IPv6Address>]>
  /// The Ethernet address of the other end of a veth; nil when it is not one or cannot be seen.
  public var peerMAC: MACAddress?
  /// Bytes of the longest packet, link-layer header not counted; 0 where that is not known.
  public var mtu: UInt32
  public var link: LinkFacts

  public init(
    name: String, index: UInt32, isUp: Bool,
    addresses: PerFamily<[SubnetAddress<IPv4Address>], [SubnetAddress<IPv6Address>]> = PerFamily(ipv4: [], ipv6: []),
    peerMAC: MACAddress? = nil, mtu: UInt32 = 0, link: LinkFacts = LinkFacts()
  ) {
    self.name = name
    self.index = index
    self.isUp = isUp
    self.addresses = addresses
    self.peerMAC = peerMAC
    self.mtu = mtu
    self.link = link
  }

  /// Whether it is the host-side end of a pod's veth, by its name.
  public var isWorkload: Bool { name.hasPrefix(InterfaceState.workloadPrefix) }

  /// The loopback interface.
  public static let loopback = "lo"

  /// Calico's default `interfacePrefix`.
  public static let workloadPrefix = "cali"
}
