import DataplaneABI

/// What a Node says about where its pods are, checked. One family's half.
public struct NodeInfo<Address: TextualIPAddress>: Hashable, Sendable {
  /// `status.addresses` of type InternalIP; nil when the node has none in this family.
  public var internalIP: Address?
  /// `spec.podCIDRs`.
  public var podCIDRs: [RouteKey<Address>]

  public init(internalIP: Address? = nil, podCIDRs: [RouteKey<Address>] = []) {
    self.internalIP = internalIP
    self.podCIDRs = podCIDRs
  }
}

/// A pod on this node that has its own network namespace, checked. One family's half.
public struct WorkloadInfo<Address: TextualIPAddress>: Hashable, Sendable {
  /// The host-side end of its veth.
  public var interfaceName: String
  /// `status.podIPs`.
  public var addresses: [Address]

  public init(interfaceName: String, addresses: [Address]) {
    self.interfaceName = interfaceName
    self.addresses = addresses
  }
}

/// An interface of this node as the kernel describes it. One family's half.
public struct InterfaceFacts<Address: TextualIPAddress>: Hashable, Sendable {
  public var index: UInt32
  /// Each with the length of the subnet it is in; not masked.
  public var addresses: [SubnetAddress<Address>]
  /// The Ethernet address of the other end of a veth; nil when it is not a veth or cannot be seen.
  public var peerMAC: MACAddress?
  /// The longest IP packet that leaves by it in one piece, bytes; 0 where that is not known.
  public var mtu: UInt32

  public init(
    index: UInt32, addresses: [SubnetAddress<Address>] = [], peerMAC: MACAddress? = nil, mtu: UInt32 = 0
  ) {
    self.index = index
    self.addresses = addresses
    self.peerMAC = peerMAC
    self.mtu = mtu
  }

  /// As a route has it: longer than an IP packet can be (the loopback's is 65,536) comes to the longest.
  var routeMTU: UInt16 { UInt16(clamping: mtu) }
}

/// An address of an interface, and how much of it names the subnet.
public struct SubnetAddress<Address: TextualIPAddress>: Hashable, Sendable {
  public var address: Address
  public var prefixLength: UInt32

  public init(address: Address, prefixLength: UInt32) {
    self.address = address
    self.prefixLength = prefixLength
  }

  /// The subnet it is in.
  public var subnet: RouteKey<Address> {
    RouteKey(prefixLength: prefixLength, address: address.masked(to: prefixLength))
  }
}
