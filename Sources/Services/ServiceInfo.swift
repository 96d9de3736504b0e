import DataplaneABI

/// What a Service asks of the dataplane, checked: every number is in range and every address is of its family.
public struct ServiceInfo: Hashable, Sendable {
  /// The cluster address of each family the Service has one in.
  public var clusterIPv4: IPv4Address?
  public var clusterIPv6: IPv6Address?
  public var ports: [ServicePortInfo]
  /// `internalTrafficPolicy: Local`.
  public var internalLocal: Bool
  /// `sessionAffinity: ClientIP` in seconds; 0 is none.
  public var affinitySeconds: UInt32
  /// `publishNotReadyAddresses`: an endpoint counts as ready whatever it says.
  public var publishNotReadyAddresses: Bool

  public init(
    clusterIPv4: IPv4Address? = nil, clusterIPv6: IPv6Address? = nil, ports: [ServicePortInfo],
    internalLocal: Bool = false, affinitySeconds: UInt32 = 0, publishNotReadyAddresses: Bool = false
  ) {
    self.clusterIPv4 = clusterIPv4
    self.clusterIPv6 = clusterIPv6
    self.ports = ports
    self.internalLocal = internalLocal
    self.affinitySeconds = affinitySeconds
    self.publishNotReadyAddresses = publishNotReadyAddresses
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

  public init(name: String, proto: UInt8, port: UInt16) {
    self.name = name
    self.proto = proto
    self.port = port
  }
}
