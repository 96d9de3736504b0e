import DataplaneABI

/// What a Service asks of the dataplane, checked: every number is in range and every address is of its family.
public struct ServiceInfo: Hashable, Sendable {
  /// Where it is reached; nil in a family that it has no cluster address in.
  public var ipv4: ServiceAddresses<IPv4Address>?
  public var ipv6: ServiceAddresses<IPv6Address>?
  public var ports: [ServicePortInfo]
  /// `internalTrafficPolicy: Local`.
  public var internalLocal: Bool
  /// `externalTrafficPolicy: Local`, of a Service that is reached from outside.
  public var externalLocal: Bool
  /// `sessionAffinity: ClientIP` in seconds; 0 is none.
  public var affinitySeconds: UInt32
  /// `publishNotReadyAddresses`: an endpoint counts as ready whatever it says.
  public var publishNotReadyAddresses: Bool
  /// The annotation `lb.projectcalico.org/external-traffic-strategy: maglev`.
  public var usesMaglev: Bool
  /// `healthCheckNodePort` of a load balancer whose traffic stays on the node; 0 is none.
  public var healthCheckPort: UInt16

  public init(
    ipv4: ServiceAddresses<IPv4Address>? = nil, ipv6: ServiceAddresses<IPv6Address>? = nil, ports: [ServicePortInfo],
    internalLocal: Bool = false, externalLocal: Bool = false, affinitySeconds: UInt32 = 0,
    publishNotReadyAddresses: Bool = false, healthCheckPort: UInt16 = 0,
    usesMaglev: Bool = false
  ) {
    self.ipv4 = ipv4
    self.ipv6 = ipv6
    self.ports = ports
    self.internalLocal = internalLocal
    self.externalLocal = externalLocal
    self.affinitySeconds = affinitySeconds
    self.publishNotReadyAddresses = publishNotReadyAddresses
    self.healthCheckPort = healthCheckPort
    self.usesMaglev = usesMaglev
  }
}

/// A port of a Service, or of an EndpointSlice: both are matched by name and protocol.
public struct ServicePortInfo: Hashable, Sendable {
  /// Empty for the only port of a Service that does not name it.
  public var name: String
  /// IANA protocol number.
  public var proto: UInt8
  /// 1 to 65535.
  public var port: UInt16
  /// The port that a Service has at every node; 0 is none.
  public var nodePort: UInt16

  public init(name: String, proto: UInt8, port: UInt16, nodePort: UInt16 = 0) {
    self.name = name
    self.proto = proto
    self.port = port
    self.nodePort = nodePort
  }
}
