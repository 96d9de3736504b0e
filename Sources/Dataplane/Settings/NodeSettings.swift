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

  public init(
    felix: FelixSettings = FelixSettings(), timeouts: ConntrackTimeouts = .standard,
    addresses: PerFamily<IPv4Address?, IPv6Address?> = PerFamily(ipv4: nil, ipv6: nil)
  ) {
    self.felix = felix
    self.timeouts = timeouts
    self.addresses = addresses
  }

  /// What the programs are told in `cali_node`.
  func nodeState(routeGeneration: UInt32) -> NodeState {
    NodeState(
      routeGeneration: routeGeneration, flags: flags, sourcePorts: PortRange(felix.sourcePorts),
      address4: addresses.ipv4 ?? .any, address6: addresses.ipv6 ?? .any, timeouts: timeouts)
  }

  private var flags: NodeFlags {
    var flags: NodeFlags = felix.endpointToHost == .drop ? .dropEndpointToHost : []
    if felix.natExclusions == .poolsAndHosts { flags.insert(.natExcludesHosts) }
    if felix.hostNetworkedNAT == .disabled { flags.insert(.leavesHostServices) }
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
}
