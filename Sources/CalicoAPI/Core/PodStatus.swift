/// What is seen of a pod.
public struct PodStatus: ZeroValue, Sendable {
  @OmitZero public var phase: PodPhase
  @OmitZero public var reason: String
  @OmitZero public var message: String
  /// The address of the pod's node.
  @OmitZero public var hostIP: String
  /// The pod's address of its first family. Equal to `podIPs[0]`.
  @OmitZero public var podIP: String
  /// The pod's addresses, at most one of each family.
  @OmitZero public var podIPs: [PodIP]
  @OmitZero public var conditions: [Condition]
  @OmitZero public var containerStatuses: [ContainerStatus]
  public var startTime: Timestamp?

  public init() { self.init(phase: PodPhase()) }

  public init(
    phase: PodPhase, reason: String = "", message: String = "", hostIP: String = "", podIP: String? = nil,
    podIPs: [PodIP] = [], conditions: [Condition] = [], containerStatuses: [ContainerStatus] = [],
    startTime: Timestamp? = nil
  ) {
    self.phase = phase
    self.reason = reason
    self.message = message
    self.hostIP = hostIP
    self.podIP = podIP ?? podIPs.first?.ip ?? ""
    self.podIPs = podIPs
    self.conditions = conditions
    self.containerStatuses = containerStatuses
    self.startTime = startTime
  }

  /// The pod's addresses as text; `podIP` where a writer knows no `podIPs`.
  public var addresses: [String] {
    podIPs.isEmpty ? (podIP.isEmpty ? [] : [podIP]) : podIPs.map(\.ip)
  }
}

/// Where a pod is in its life.
public struct PodPhase: OpenEnum {
  public var rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }

  public static let pending = PodPhase(rawValue: "Pending")
  public static let running = PodPhase(rawValue: "Running")
  public static let succeeded = PodPhase(rawValue: "Succeeded")
  public static let failed = PodPhase(rawValue: "Failed")
  public static let unknown = PodPhase(rawValue: "Unknown")
}

/// One address of a pod.
public struct PodIP: Codable, Hashable, Sendable {
  public var ip: String

  public init(ip: String) { self.ip = ip }
}
