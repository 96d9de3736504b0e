/// How a Service is reached.
public struct ServiceType: OpenEnum {
  public var rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }

  public static let clusterIP = ServiceType(rawValue: "ClusterIP")
  public static let nodePort = ServiceType(rawValue: "NodePort")
  public static let loadBalancer = ServiceType(rawValue: "LoadBalancer")
  public static let externalName = ServiceType(rawValue: "ExternalName")
}

/// An IP family as the API writes it.
public struct ServiceIPFamily: OpenEnum {
  public var rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }

  public static let ipv4 = ServiceIPFamily(rawValue: "IPv4")
  public static let ipv6 = ServiceIPFamily(rawValue: "IPv6")
}

/// How many families a Service has.
public struct IPFamilyPolicy: OpenEnum {
  public var rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }

  public static let singleStack = IPFamilyPolicy(rawValue: "SingleStack")
  public static let preferDualStack = IPFamilyPolicy(rawValue: "PreferDualStack")
  public static let requireDualStack = IPFamilyPolicy(rawValue: "RequireDualStack")
}

/// Whether a client stays with its backend.
public struct SessionAffinity: OpenEnum {
  public var rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }

  public static let none = SessionAffinity(rawValue: "None")
  public static let clientIP = SessionAffinity(rawValue: "ClientIP")
}

/// Which backends traffic may go to.
public struct TrafficPolicy: OpenEnum {
  public var rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }

  /// All of the cluster's.
  public static let cluster = TrafficPolicy(rawValue: "Cluster")
  /// Those on the node that the traffic came to.
  public static let local = TrafficPolicy(rawValue: "Local")
}
