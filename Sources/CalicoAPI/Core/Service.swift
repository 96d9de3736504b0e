/// A Service (core/v1). A module that also imports ServiceLifecycle writes `CalicoAPI.Service`.
public struct Service: KubernetesObject {
  public static var group: String { "" }
  public static var version: String { "v1" }
  public static var kind: String { "Service" }
  public static var plural: String { "services" }
  public static var isNamespaced: Bool { true }

  public internal(set) var apiVersion = APIVersionOf<Self>()
  public internal(set) var kind = KindOf<Self>()
  public var metadata: ObjectMeta
  @OmitZero public var spec: ServiceSpec
  @OmitZero public var status: ServiceStatus

  public init(metadata: ObjectMeta, spec: ServiceSpec = ServiceSpec(), status: ServiceStatus = ServiceStatus()) {
    self.metadata = metadata
    self.spec = spec
    self.status = status
  }
}

/// What is wanted of a Service: all that a service proxy looks at.
public struct ServiceSpec: ZeroValue, Sendable {
  /// Empty means ClusterIP.
  @OmitZero public var type: ServiceType
  /// The address of the first family, "None" for a headless Service. Equal to `clusterIPs[0]`.
  @OmitZero public var clusterIP: String
  /// The addresses, one of each of `ipFamilies`.
  @OmitZero public var clusterIPs: [String]
  @OmitZero public var ipFamilies: [ServiceIPFamily]
  public var ipFamilyPolicy: IPFamilyPolicy?
  @OmitZero public var ports: [ServicePort]
  /// The labels of the pods behind the Service; empty means that somebody else writes its EndpointSlices.
  @OmitZero public var selector: [String: String]
  @OmitZero public var externalIPs: [String]
  /// Empty means None.
  @OmitZero public var sessionAffinity: SessionAffinity
  public var sessionAffinityConfig: SessionAffinityConfig?
  /// Absent means Cluster.
  public var internalTrafficPolicy: TrafficPolicy?
  /// Empty means Cluster.
  @OmitZero public var externalTrafficPolicy: TrafficPolicy
  @OmitZero public var loadBalancerIP: String
  /// The clients that may use the load balancer's addresses; empty means any.
  @OmitZero public var loadBalancerSourceRanges: [String]
  public var loadBalancerClass: String?
  public var allocateLoadBalancerNodePorts: Bool?
  @OmitZero public var healthCheckNodePort: Int32
  @OmitZero public var publishNotReadyAddresses: Bool
  /// "PreferClose", "PreferSameZone" or "PreferSameNode".
  public var trafficDistribution: String?
  @OmitZero public var externalName: String

  public init() { self.init(ports: []) }

  public init(
    type: ServiceType = ServiceType(), clusterIP: String? = nil, clusterIPs: [String] = [],
    ipFamilies: [ServiceIPFamily] = [], ipFamilyPolicy: IPFamilyPolicy? = nil, ports: [ServicePort],
    selector: [String: String] = [:], externalIPs: [String] = [], sessionAffinity: SessionAffinity = SessionAffinity(),
    sessionAffinityConfig: SessionAffinityConfig? = nil, internalTrafficPolicy: TrafficPolicy? = nil,
    externalTrafficPolicy: TrafficPolicy = TrafficPolicy(), loadBalancerIP: String = "",
    loadBalancerSourceRanges: [String] = [], loadBalancerClass: String? = nil,
    allocateLoadBalancerNodePorts: Bool? = nil, healthCheckNodePort: Int32 = 0, publishNotReadyAddresses: Bool = false,
    trafficDistribution: String? = nil, externalName: String = ""
  ) {
    self.type = type
    self.clusterIP = clusterIP ?? clusterIPs.first ?? ""
    self.clusterIPs = clusterIPs
    self.ipFamilies = ipFamilies
    self.ipFamilyPolicy = ipFamilyPolicy
    self.ports = ports
    self.selector = selector
    self.externalIPs = externalIPs
    self.sessionAffinity = sessionAffinity
    self.sessionAffinityConfig = sessionAffinityConfig
    self.internalTrafficPolicy = internalTrafficPolicy
    self.externalTrafficPolicy = externalTrafficPolicy
    self.loadBalancerIP = loadBalancerIP
    self.loadBalancerSourceRanges = loadBalancerSourceRanges
    self.loadBalancerClass = loadBalancerClass
    self.allocateLoadBalancerNodePorts = allocateLoadBalancerNodePorts
    self.healthCheckNodePort = healthCheckNodePort
    self.publishNotReadyAddresses = publishNotReadyAddresses
    self.trafficDistribution = trafficDistribution
    self.externalName = externalName
  }
}
