/// Attribute numbers of link messages: IFLA_* of `linux/if_link.h`.
enum LinkAttribute {
  static let hardwareAddress: UInt16 = 1
  static let name: UInt16 = 3
  static let mtu: UInt16 = 4
  /// IFLA_LINK: the other end of a pair, or what carries a VLAN.
  static let peer: UInt16 = 5
  static let master: UInt16 = 10
  static let operationalState: UInt16 = 16
  static let info: UInt16 = 18
  static let namespaceDescriptor: UInt16 = 28
  static let extensionMask: UInt16 = 29
  static let peerNamespaceID: UInt16 = 37
  static let targetNamespaceID: UInt16 = 46
  static let properties: UInt16 = 52
  static let alternativeName: UInt16 = 53

  /// RTEXT_FILTER_SKIP_STATS: answers without counters are a third as long.
  static let skipStatistics: UInt32 = 8

  /// Within `info`: IFLA_INFO_*.
  enum Info {
    static let kind: UInt16 = 1
    static let data: UInt16 = 2
  }

  /// Within a veth's data: VETH_INFO_PEER of `linux/veth.h`; within a netkit's: IFLA_NETKIT_PEER_INFO, which is the same.
  static let vethPeer: UInt16 = 1

  /// Within a VLAN's data: IFLA_VLAN_ID.
  static let vlanIdentifier: UInt16 = 1

  /// Within a bond's data: IFLA_BOND_MODE.
  static let bondMode: UInt16 = 1

  /// Within a netkit's data: IFLA_NETKIT_* of `linux/if_link.h`.
  enum Netkit {
    static let mode: UInt16 = 5
    static let l2: UInt32 = 0
  }

  /// Within a vxlan's data: IFLA_VXLAN_*.
  enum Vxlan {
    static let identifier: UInt16 = 1
    static let device: UInt16 = 3
    static let local4: UInt16 = 4
    static let learning: UInt16 = 7
    static let port: UInt16 = 15
    static let local6: UInt16 = 17
    static let external: UInt16 = 25
  }
}
