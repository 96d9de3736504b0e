/// What one end of a packet has to be: all fields must match, and a field that is absent or empty matches everything.
public struct EntityRule: ZeroValue, Sendable {
  /// Ranges of addresses, of which one matches; at most 256.
  @OmitZero public var nets: [String]
  /// At most 256.
  @OmitZero public var notNets: [String]
  /// Endpoints and sets of networks by their labels. In a policy of a namespace, without `namespaceSelector`: those of that
  /// namespace.
  @OmitZero public var selector: String
  /// Not an endpoint or set with such labels, others included.
  @OmitZero public var notSelector: String
  /// Endpoints of namespaces by the namespaces' labels; "global()" means what has no namespace.
  @OmitZero public var namespaceSelector: String
  /// A service's endpoints at their ports. Excludes the selectors and nets.
  public var services: ServiceMatch?
  /// Ports, of which one matches; at most 50. With `protocol` TCP, UDP or SCTP.
  @OmitZero public var ports: [CalicoPort]
  /// At most 50.
  @OmitZero public var notPorts: [CalicoPort]
  public var serviceAccounts: ServiceAccountMatch?

  public init() { self.init(nets: []) }

  public init(
    nets: [String] = [], notNets: [String] = [], selector: String = "", notSelector: String = "",
    namespaceSelector: String = "", services: ServiceMatch? = nil, ports: [CalicoPort] = [],
    notPorts: [CalicoPort] = [], serviceAccounts: ServiceAccountMatch? = nil
  ) {
    self.nets = nets
    self.notNets = notNets
    self.selector = selector
    self.notSelector = notSelector
    self.namespaceSelector = namespaceSelector
    self.services = services
    self.ports = ports
    self.notPorts = notPorts
    self.serviceAccounts = serviceAccounts
  }
}

/// A Service of Kubernetes by name.
public struct ServiceMatch: Codable, Hashable, Sendable {
  @OmitZero public var name: String
  /// Empty means the policy's own.
  @OmitZero public var namespace: String

  public init(name: String, namespace: String = "") {
    self.name = name
    self.namespace = namespace
  }
}

/// Pods by whom they run as: both fields must match.
public struct ServiceAccountMatch: Codable, Hashable, Sendable {
  /// Empty means any.
  @OmitZero public var names: [String]
  /// On the service accounts' labels; empty means any.
  @OmitZero public var selector: String

  public init(names: [String] = [], selector: String = "") {
    self.names = names
    self.selector = selector
  }
}
