import CalicoAPI
import DataplaneABI
import Routing

/// How this node's dataplane is to work: what the cluster's settings come to here.
public struct NodeSettings: Hashable, Sendable {
  public var felix: FelixSettings
  /// `bpfConntrackTimeouts`, understood.
  public var timeouts: ConntrackTimeouts
  /// The node's own addresses, which translated sources get; nil where it has none of that family.
  public var addresses: PerFamily<IPv4Address?, IPv6Address?>
  /// The ports that services have at every node.
  public var nodePorts: PortRange

  public init(
    felix: FelixSettings = FelixSettings(), timeouts: ConntrackTimeouts = .standard,
    addresses: PerFamily<IPv4Address?, IPv6Address?> = PerFamily(ipv4: nil, ipv6: nil), nodePorts: PortRange = .none
  ) {
    self.felix = felix
    self.timeouts = timeouts
    self.addresses = addresses
    self.nodePorts = nodePorts
  }

  /// What the programs are told in `cali_node`.
  func nodeState(routeGeneration: UInt32) -> NodeState {
    NodeState(
      routeGeneration: routeGeneration, flags: flags, sourcePorts: PortRange(felix.sourcePorts),
      address4: addresses.ipv4 ?? .any, address6: addresses.ipv6 ?? .any, nodePorts: nodePorts,
      tunnelPort: felix.tunnelPort, externalMark: felix.externalMark, timeouts: timeouts)
  }

  private var flags: NodeFlags {
    var flags: NodeFlags = felix.endpointToHost == .drop ? .dropEndpointToHost : []
    if felix.natExclusions == .poolsAndHosts { flags.insert(.natExcludesHosts) }
    if felix.hostNetworkedNAT == .disabled { flags.insert(.leavesHostServices) }
    if felix.externalServiceMode == .dsr { flags.insert(.returnsDirectly) }
    switch felix.reversePath {
    case .disabled: break
    case .loose: flags.insert(.wantsWayBack)
    case .strict: flags.insert(.wantsSameWayBack)
    }
    return flags
  }
}

extension PortRange {
  /// The same ports as the programs have them.
  public init(_ span: PortSpan) { self.init(first: span.first, count: span.count) }

  /// From the least of the ports to the greatest; none of none. Port 0 is none.
  public init(around ports: some Collection<UInt16>) {
    guard let first = ports.min(), let last = ports.max(), first > 0 else {
      self = .none
      return
    }
    self.init(first: first, count: last - first + 1)
  }
}
