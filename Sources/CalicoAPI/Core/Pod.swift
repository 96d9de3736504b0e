/// A pod (core/v1).
public struct Pod: KubernetesObject {
  public static var group: String { "" }
  public static var version: String { "v1" }
  public static var kind: String { "Pod" }
  public static var plural: String { "pods" }
  public static var isNamespaced: Bool { true }

  public internal(set) var apiVersion = APIVersionOf<Self>()
  public internal(set) var kind = KindOf<Self>()
  public var metadata: ObjectMeta
  @OmitZero public var spec: PodSpec
  @OmitZero public var status: PodStatus

  public init(metadata: ObjectMeta, spec: PodSpec = PodSpec(), status: PodStatus = PodStatus()) {
    self.metadata = metadata
    self.spec = spec
    self.status = status
  }

  /// Whether the pod may receive traffic: its Ready condition is True.
  public var isReady: Bool { status.conditions.isTrue("Ready") }
  /// Whether the pod has ended, so that its addresses may be another's by now.
  public var isFinished: Bool { status.phase == .succeeded || status.phase == .failed }
  /// Whether somebody asked for the pod's deletion.
  public var isTerminating: Bool { metadata.deletionTimestamp != nil }
}

/// What is wanted of a pod.
public struct PodSpec: ZeroValue, Sendable {
  /// The node that runs the pod, empty before it is scheduled.
  @OmitZero public var nodeName: String
  /// Whether the pod has the node's own network, and so no interface of its own.
  @OmitZero public var hostNetwork: Bool
  @OmitZero public var containers: [Container]
  /// "Always", "OnFailure" or "Never"; empty means "Always".
  @OmitZero public var restartPolicy: String
  @OmitZero public var serviceAccountName: String
  @OmitZero public var hostname: String
  @OmitZero public var subdomain: String
  @OmitZero public var nodeSelector: [String: String]
  public var terminationGracePeriodSeconds: Int64?

  public init() { self.init(containers: []) }

  public init(
    nodeName: String = "", hostNetwork: Bool = false, containers: [Container], restartPolicy: String = "",
    serviceAccountName: String = "", hostname: String = "", subdomain: String = "",
    nodeSelector: [String: String] = [:], terminationGracePeriodSeconds: Int64? = nil
  ) {
    self.nodeName = nodeName
    self.hostNetwork = hostNetwork
    self.containers = containers
    self.restartPolicy = restartPolicy
    self.serviceAccountName = serviceAccountName
    self.hostname = hostname
    self.subdomain = subdomain
    self.nodeSelector = nodeSelector
    self.terminationGracePeriodSeconds = terminationGracePeriodSeconds
  }
}
