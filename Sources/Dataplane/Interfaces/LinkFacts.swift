/// What netlink tells of an interface and what decides whether it leads to other nodes.
public struct LinkFacts: Hashable, Sendable {
  /// "bond", "vlan", "wireguard"; nil for a plain device.
  public var kind: String?
  /// What stands before the IP header of its packets.
  public var header: LinkHeader
  public var isLoopback: Bool
  /// Index of the bond, bridge or VRF that it is a port of; nil for none.
  public var master: UInt32?
  /// Whether a default route of either family leaves by it, in the main table or in one that a routing rule names.
  public var hasDefaultRoute: Bool

  public init(
    kind: String? = nil, header: LinkHeader = .ethernet, isLoopback: Bool = false, master: UInt32? = nil,
    hasDefaultRoute: Bool = false
  ) {
    self.kind = kind
    self.header = header
    self.isLoopback = isLoopback
    self.master = master
    self.hasDefaultRoute = hasDefaultRoute
  }
}

/// The link layer of a packet as programs see it.
public enum LinkHeader: Hashable, Sendable {
  case ethernet
  /// An L3 device: the packet begins with its IP header.
  case none
}
