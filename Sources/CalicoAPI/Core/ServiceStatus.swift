/// What is seen of a Service.
public struct ServiceStatus: ZeroValue, Sendable {
  @OmitZero public var loadBalancer: LoadBalancerStatus
  @OmitZero public var conditions: [Condition]

  public init() { self.init(loadBalancer: LoadBalancerStatus()) }

  public init(loadBalancer: LoadBalancerStatus, conditions: [Condition] = []) {
    self.loadBalancer = loadBalancer
    self.conditions = conditions
  }
}

/// The addresses that a load balancer gave a Service.
public struct LoadBalancerStatus: ZeroValue, Sendable {
  @OmitZero public var ingress: [LoadBalancerIngress]

  public init() { self.init(ingress: []) }
  public init(ingress: [LoadBalancerIngress]) { self.ingress = ingress }
}

/// One address of a load balancer.
public struct LoadBalancerIngress: Codable, Hashable, Sendable {
  @OmitZero public var ip: String
  @OmitZero public var hostname: String
  /// "VIP" (the node answers for the address) or "Proxy"; absent means "VIP".
  public var ipMode: String?

  public init(ip: String = "", hostname: String = "", ipMode: String? = nil) {
    self.ip = ip
    self.hostname = hostname
    self.ipMode = ipMode
  }
}
