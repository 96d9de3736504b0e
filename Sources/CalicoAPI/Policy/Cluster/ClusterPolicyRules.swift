/// What becomes of traffic from one of the peers by one of the protocols.
public struct ClusterIngressRule: Codable, Hashable, Sendable {
  /// For people; at most 100 characters.
  @OmitZero public var name: String
  @OmitZero public var action: ClusterPolicyAction
  /// 1 to 25 peers.
  @WrittenZero public var from: [ClusterPolicyPeer]
  /// At most 25; empty means all traffic.
  @OmitZero public var protocols: [ClusterPolicyProtocol]

  public init(
    name: String = "", action: ClusterPolicyAction, from: [ClusterPolicyPeer], protocols: [ClusterPolicyProtocol] = []
  ) {
    self.name = name
    self.action = action
    self.from = from
    self.protocols = protocols
  }
}

/// What becomes of traffic to one of the peers by one of the protocols.
public struct ClusterEgressRule: Codable, Hashable, Sendable {
  /// For people; at most 100 characters.
  @OmitZero public var name: String
  @OmitZero public var action: ClusterPolicyAction
  /// 1 to 25 peers.
  @WrittenZero public var to: [ClusterPolicyPeer]
  /// At most 25; empty means all traffic.
  @OmitZero public var protocols: [ClusterPolicyProtocol]

  public init(
    name: String = "", action: ClusterPolicyAction, to: [ClusterPolicyPeer], protocols: [ClusterPolicyProtocol] = []
  ) {
    self.name = name
    self.action = action
    self.to = to
    self.protocols = protocols
  }
}

/// What a rule of a ClusterNetworkPolicy does.
public struct ClusterPolicyAction: OpenEnum {
  public var rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }

  public static let accept = ClusterPolicyAction(rawValue: "Accept")
  public static let deny = ClusterPolicyAction(rawValue: "Deny")
  /// The rest of the tier is left out.
  public static let pass = ClusterPolicyAction(rawValue: "Pass")
}

/// Somebody: exactly one field is set. One without any comes from a newer API: nobody understands it here, and an Accept rule
/// with it matches nothing, a Deny or Pass rule denies everything.
public struct ClusterPolicyPeer: Codable, Hashable, Sendable {
  /// All pods of these namespaces; empty means all namespaces.
  public var namespaces: LabelSelector?
  public var pods: NamespacedPods?
  /// The addresses of nodes; empty means all. Egress only.
  public var nodes: LabelSelector?
  /// 1 to 25 ranges, "10.0.0.0/8". Egress only.
  public var networks: [String]?
  /// 1 to 25 names, "*.example.com". Egress only.
  public var domainNames: [String]?

  public init(
    namespaces: LabelSelector? = nil, pods: NamespacedPods? = nil, nodes: LabelSelector? = nil,
    networks: [String]? = nil, domainNames: [String]? = nil
  ) {
    self.namespaces = namespaces
    self.pods = pods
    self.nodes = nodes
    self.networks = networks
    self.domainNames = domainNames
  }
}

/// Some traffic: exactly one field is set.
public struct ClusterPolicyProtocol: Codable, Hashable, Sendable {
  public var tcp: ClusterProtocolPorts?
  public var udp: ClusterProtocolPorts?
  public var sctp: ClusterProtocolPorts?
  /// A name of pods' ports, whatever the protocol; empty means none.
  @OmitZero public var destinationNamedPort: String

  public init(
    tcp: ClusterProtocolPorts? = nil, udp: ClusterProtocolPorts? = nil, sctp: ClusterProtocolPorts? = nil,
    destinationNamedPort: String = ""
  ) {
    self.tcp = tcp
    self.udp = udp
    self.sctp = sctp
    self.destinationNamedPort = destinationNamedPort
  }
}

/// Ports of one protocol; the field is required.
public struct ClusterProtocolPorts: Codable, Hashable, Sendable {
  public var destinationPort: ClusterPolicyPort?

  public init(destinationPort: ClusterPolicyPort?) { self.destinationPort = destinationPort }
}

/// A port or a range of them: exactly one field is set.
public struct ClusterPolicyPort: Codable, Hashable, Sendable {
  /// Both ends included; the first is less than the last.
  public struct Range: Codable, Hashable, Sendable {
    @WrittenZero public var start: Int32
    @WrittenZero public var end: Int32

    public init(start: Int32, end: Int32) {
      self.start = start
      self.end = end
    }
  }

  /// 0 means none.
  @OmitZero public var number: Int32
  public var range: Range?

  public init(number: Int32 = 0, range: Range? = nil) {
    self.number = number
    self.range = range
  }
}
