/// The settings of FelixConfigurations that are understood here, each with Calico's default.
public struct FelixSettings: Hashable, Sendable {
  /// `bpfEnabled`. Nothing else than this dataplane is there to choose, so it is read and not acted on.
  public var isEnabled = false
  /// `bpfConnectTimeLoadBalancing`, or the older boolean of nearly that name.
  public var connectTimeLoadBalancing = ConnectTimeLoadBalancing.tcp
  /// `bpfHostNetworkedNATWithoutCTLB`.
  public var hostNetworkedNAT = Toggle.enabled
  /// `bpfConntrackTimeouts` as it stands there; nil where it is not set.
  public var conntrackTimeouts: ConntrackTimeoutsField?
  /// `bpfPSNATPorts`.
  public var sourcePorts = PortSpan.sourceTranslation
  /// `natPortRange`; nil is any port.
  public var natPorts: PortSpan?
  /// `natOutgoingExclusions`.
  public var natExclusions = NATOutgoingExclusions.poolsOnly
  /// `bpfEnforceRPF`.
  public var reversePath = ReversePathCheck.loose
  /// `bpfDataIfacePattern`, a regular expression that is found anywhere in a name; nil where it is not set.
  public var dataInterfacePattern: String?
  /// `bpfL3IfacePattern`, alike.
  public var l3InterfacePattern: String?
  /// `bpfAttachType`.
  public var attachType = BPFAttachType.netkit
  /// `bpfMapSizeConntrack` and `bpfMapSizePerCpuConntrack`.
  public var conntrackSize = ConntrackSize()
  /// `bpfMapSizeConntrackScaling`.
  public var conntrackScaling = ConntrackScaling.doubleIfFull
  /// `defaultEndpointToHostAction`.
  public var endpointToHost = EndpointToHostAction.drop
  /// `serviceLoopPrevention`.
  public var serviceLoopPrevention = ServiceLoopPrevention.drop
  /// `interfacePrefix`: how names of pods' interfaces begin.
  public var interfacePrefixes = ["cali"]
  /// `bpfExternalServiceMode`.
  public var externalServiceMode = ExternalServiceMode.tunnel
  /// `bpfDSROptoutCIDRs`: ranges of clients, as they stand there.
  public var directReturnOptOuts: [String] = []
  /// `bpfMaglevMaxEndpointsPerService`
  public var maglevEndpoints = 100
  /// `bpfMaglevMaxServices`
  public var maglevServices = 100
  /// `vxlanPort`, the UDP port of tunnels between nodes.
  public var tunnelPort: UInt16 = 4789
  /// `bpfExtToServiceConnmark`: what marks packets of services that are asked for from outside; 0 is none.
  public var externalMark: UInt32 = 0

  /// `bpfPolicyDebugEnabled`: whether files tell what policies do at each pod.
  public var policyDebug = true

  /// Bits of packets' marks that programs use, as Calico's do.
  public static let ownMarks: UInt32 = 0x1ff0_0000

  public init() {}
}

/// `bpfConntrackTimeouts` in one of its forms.
public enum ConntrackTimeoutsField: Hashable, Sendable {
  /// "TCPSynSent=20s,TCPFinsSeen=Auto".
  case text(String)
  /// "tcpSynSent": "20s".
  case fields([String: String])
}
