import DataplaneABI

/// The endpoints of one EndpointSlice, checked.
public struct EndpointSliceInfo<Address: TextualIPAddress>: Hashable, Sendable {
  public var service: ServiceName
  /// The ports each endpoint listens on.
  public var ports: [ServicePortInfo]
  public var endpoints: [EndpointInfo<Address>]

  public init(service: ServiceName, ports: [ServicePortInfo], endpoints: [EndpointInfo<Address>]) {
    self.service = service
    self.ports = ports
    self.endpoints = endpoints
  }
}

/// One endpoint and its conditions.
public struct EndpointInfo<Address: TextualIPAddress>: Hashable, Sendable {
  public var address: Address
  /// The node it runs on; nil when the slice does not say.
  public var nodeName: String?
  public var condition: EndpointCondition
  /// The nodes and zones that it is meant for (`hints`); none is all.
  public var nodeHints: Set<String>
  public var zoneHints: Set<String>

  public init(
    address: Address, nodeName: String? = nil, condition: EndpointCondition = .ready, nodeHints: Set<String> = [],
    zoneHints: Set<String> = []
  ) {
    self.address = address
    self.nodeName = nodeName
    self.condition = condition
    self.nodeHints = nodeHints
    self.zoneHints = zoneHints
  }
}

/// What the conditions `ready`, `serving` and `terminating` come to.
public enum EndpointCondition: Int, Comparable, Sendable {
  /// Takes no new connection.
  case unavailable
  /// Shutting down but still answering: the last resort.
  case draining
  case ready

  public static func < (left: EndpointCondition, right: EndpointCondition) -> Bool { left.rawValue < right.rawValue }
}
