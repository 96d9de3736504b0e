/// The one element of `cali_node` (array): facts about the node, and settings, that change while programs run.
public struct NodeState: Hashable, Sendable, BitwiseCopyable {
  /// Raised whenever a route changes; a flow that remembers an older one resolves its way anew.
  public var routeGeneration: UInt32
  public var flags: NodeFlags
  /// Ports for translated sources (`bpfPSNATPorts`).
  public var sourcePorts: PortRange
  /// The node's own address of each family, which translated sources get; any where it has none.
  public var address4: IPv4Address
  public var address6: IPv6Address
  /// The ports that services have at nodes, from the least to the greatest.
  public var nodePorts: PortRange
  /// The UDP port of tunnels between nodes (`vxlanPort`).
  public var tunnelPort: BigEndian16
  public var padding: UInt16 = 0
  /// What marks packets of services that are asked for from outside (`bpfExtToServiceConnmark`); 0 is none.
  public var externalMark: UInt32
  public var padding2: UInt32 = 0
  public var timeouts: ConntrackTimeouts

  @inlinable @inline(__always)
  public init(
    routeGeneration: UInt32, flags: NodeFlags = [], sourcePorts: PortRange = .sourceTranslation,
    address4: IPv4Address = .any, address6: IPv6Address = .any, nodePorts: PortRange = .none,
    tunnelPort: UInt16 = 4789, externalMark: UInt32 = 0, timeouts: ConntrackTimeouts = .standard
  ) {
    self.externalMark = externalMark
    self.nodePorts = nodePorts
    self.tunnelPort = BigEndian16(tunnelPort)
    self.routeGeneration = routeGeneration
    self.flags = flags
    self.sourcePorts = sourcePorts
    self.address4 = address4
    self.address6 = address6
    self.timeouts = timeouts
  }
}

/// Settings of the node that programs ask for when a flow begins.
public struct NodeFlags: OptionSet, Hashable, Sendable, BitwiseCopyable {
  public var rawValue: UInt32
  @inlinable @inline(__always) public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// `defaultEndpointToHostAction: Drop`: pods may not reach this node itself.
  @inlinable @inline(__always) public static var dropEndpointToHost: NodeFlags { NodeFlags(rawValue: 0x1) }
  /// `natOutgoingExclusions: IPPoolsAndHostIPs`: nodes see pods' own addresses.
  @inlinable @inline(__always) public static var natExcludesHosts: NodeFlags { NodeFlags(rawValue: 0x2) }
  /// `bpfHostNetworkedNATWithoutCTLB: Disabled`: what the host sends to services is left alone.
  @inlinable @inline(__always) public static var leavesHostServices: NodeFlags { NodeFlags(rawValue: 0x4) }
  /// `bpfEnforceRPF: Loose`: some route must lead back to whoever begins a flow to a pod from outside.
  @inlinable @inline(__always) public static var wantsWayBack: NodeFlags { NodeFlags(rawValue: 0x8) }
  /// `bpfEnforceRPF: Strict`: by the interface that the flow came in by.
  @inlinable @inline(__always) public static var wantsSameWayBack: NodeFlags { NodeFlags(rawValue: 0x10) }
  /// `bpfExternalServiceMode: DSR`: the backend's node answers clients itself.
  @inlinable @inline(__always) public static var returnsDirectly: NodeFlags { NodeFlags(rawValue: 0x20) }
}

/// Consecutive ports.
public struct PortRange: Hashable, Sendable, BitwiseCopyable {
  /// Native byte order.
  public var first: UInt16
  /// How many there are; 0 is none.
  public var count: UInt16

  @inlinable @inline(__always) public init(first: UInt16, count: UInt16) {
    self.first = first
    self.count = count
  }

  /// No port.
  @inlinable @inline(__always) public static var none: PortRange { PortRange(first: 0, count: 0) }
  /// Calico's default for `bpfPSNATPorts`: 20000 to 29999.
  @inlinable @inline(__always) public static var sourceTranslation: PortRange { PortRange(first: 20000, count: 10000) }
}

/// After how long a silence a flow counts as gone (`bpfConntrackTimeouts`). Nanoseconds.
public struct ConntrackTimeouts: Hashable, Sendable, BitwiseCopyable {
  /// Nothing younger is swept, but for flows whose backend is gone.
  public var creationGracePeriod: UInt64
  /// A connection that nobody has answered, or whose answer was not confirmed.
  public var tcpSynSent: UInt64
  public var tcpEstablished: UInt64
  /// Both sides have sent a FIN.
  public var tcpFinsSeen: UInt64
  public var tcpResetSeen: UInt64
  public var udp: UInt64
  /// Protocols other than TCP, UDP and ICMP.
  public var generic: UInt64
  public var icmp: UInt64

  @inlinable @inline(__always)
  public init(
    creationGracePeriod: UInt64, tcpSynSent: UInt64, tcpEstablished: UInt64, tcpFinsSeen: UInt64,
    tcpResetSeen: UInt64, udp: UInt64, generic: UInt64, icmp: UInt64
  ) {
    self.creationGracePeriod = creationGracePeriod
    self.tcpSynSent = tcpSynSent
    self.tcpEstablished = tcpEstablished
    self.tcpFinsSeen = tcpFinsSeen
    self.tcpResetSeen = tcpResetSeen
    self.udp = udp
    self.generic = generic
    self.icmp = icmp
  }

  /// Calico's defaults. `tcpFinsSeen` is the kernel's own time to wait where that cannot be read.
  @inlinable @inline(__always) public static var standard: ConntrackTimeouts {
    ConntrackTimeouts(
      creationGracePeriod: 10_000_000_000, tcpSynSent: 20_000_000_000, tcpEstablished: 3_600_000_000_000,
      tcpFinsSeen: 30_000_000_000, tcpResetSeen: 40_000_000_000, udp: 60_000_000_000, generic: 600_000_000_000,
      icmp: 5_000_000_000)
  }
}
