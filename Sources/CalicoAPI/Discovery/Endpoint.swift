/// One endpoint of a Service.
public struct Endpoint: Codable, Hashable, Sendable {
  /// The endpoint's addresses; consumers use the first.
  public var addresses: [String]
  @OmitZero public var conditions: EndpointConditions
  public var hints: EndpointHints?
  public var hostname: String?
  public var nodeName: String?
  public var zone: String?
  public var targetRef: ObjectReference?

  public init(
    addresses: [String], conditions: EndpointConditions = EndpointConditions(), hints: EndpointHints? = nil,
    hostname: String? = nil, nodeName: String? = nil, zone: String? = nil, targetRef: ObjectReference? = nil
  ) {
    self.addresses = addresses
    self.conditions = conditions
    self.hints = hints
    self.hostname = hostname
    self.nodeName = nodeName
    self.zone = zone
    self.targetRef = targetRef
  }
}

/// The state of an endpoint.
public struct EndpointConditions: ZeroValue, Sendable {
  /// Ready for new traffic, and not terminating (unless the Service publishes what is not ready). Absent means true.
  public var ready: Bool?
  /// Ready for traffic, terminating or not. Absent means the same as `ready`.
  public var serving: Bool?
  /// Being deleted. Absent means false.
  public var terminating: Bool?

  public init() { self.init(ready: nil) }

  public init(ready: Bool?, serving: Bool? = nil, terminating: Bool? = nil) {
    self.ready = ready
    self.serving = serving
    self.terminating = terminating
  }

  public var isReady: Bool { ready ?? true }
  public var isServing: Bool { serving ?? isReady }
  public var isTerminating: Bool { terminating ?? false }
}

/// Where an endpoint should be used.
public struct EndpointHints: Codable, Hashable, Sendable {
  /// A zone or a node, by name.
  public struct Target: Codable, Hashable, Sendable {
    public var name: String

    public init(name: String) { self.name = name }
  }

  @OmitZero public var forZones: [Target]
  @OmitZero public var forNodes: [Target]

  public init(forZones: [Target] = [], forNodes: [Target] = []) {
    self.forZones = forZones
    self.forNodes = forNodes
  }
}

/// A reference to another object.
public struct ObjectReference: Codable, Hashable, Sendable {
  @OmitZero public var kind: String
  @OmitZero public var namespace: String
  @OmitZero public var name: String
  @OmitZero public var uid: String
  @OmitZero public var apiVersion: String
  @OmitZero public var resourceVersion: String

  public init(
    kind: String = "", namespace: String = "", name: String = "", uid: String = "", apiVersion: String = "",
    resourceVersion: String = ""
  ) {
    self.kind = kind
    self.namespace = namespace
    self.name = name
    self.uid = uid
    self.apiVersion = apiVersion
    self.resourceVersion = resourceVersion
  }
}
