/// What Calico's NetworkPolicy says about endpoints of its namespace.
public struct NetworkPolicySpec: ZeroValue, Sendable {
  /// Empty means "default".
  @OmitZero public var tier: String
  /// The lowest first; absent means last.
  public var order: Double?
  /// Which endpoints; empty means all.
  @OmitZero public var selector: String
  /// Endpoints by the labels of whom they run as; empty means all.
  @OmitZero public var serviceAccountSelector: String
  /// At most 1024.
  @OmitZero public var ingress: [CalicoRule]
  /// At most 1024.
  @OmitZero public var egress: [CalicoRule]
  /// Empty means those that have rules, Ingress where none has. API servers fill it in.
  @OmitZero public var types: [PolicyType]
  @OmitZero public var performanceHints: [PerformanceHint]

  public init() { self.init(tier: "") }

  public init(
    tier: String = "", order: Double? = nil, selector: String = "", serviceAccountSelector: String = "",
    ingress: [CalicoRule] = [], egress: [CalicoRule] = [], types: [PolicyType] = [],
    performanceHints: [PerformanceHint] = []
  ) {
    self.tier = tier
    self.order = order
    self.selector = selector
    self.serviceAccountSelector = serviceAccountSelector
    self.ingress = ingress
    self.egress = egress
    self.types = types
    self.performanceHints = performanceHints
  }
}

/// What a GlobalNetworkPolicy says about endpoints of all namespaces and of none.
public struct GlobalNetworkPolicySpec: ZeroValue, Sendable {
  /// Empty means "default".
  @OmitZero public var tier: String
  /// The lowest first; absent means last.
  public var order: Double?
  /// Which endpoints; empty means all.
  @OmitZero public var selector: String
  /// Endpoints by the labels of their namespace; empty means all, and those without one.
  @OmitZero public var namespaceSelector: String
  /// Endpoints by the labels of whom they run as; empty means all.
  @OmitZero public var serviceAccountSelector: String
  /// At most 1024.
  @OmitZero public var ingress: [CalicoRule]
  /// At most 1024.
  @OmitZero public var egress: [CalicoRule]
  /// Empty means those that have rules, Ingress where none has. API servers fill it in.
  @OmitZero public var types: [PolicyType]
  /// For hosts: before connections are tracked. Needs `applyOnForward`, excludes `preDNAT`.
  @OmitZero public var doNotTrack: Bool
  /// For hosts: before services are translated. Needs `applyOnForward`, has no egress.
  @OmitZero public var preDNAT: Bool
  /// For hosts: what they forward, too.
  @OmitZero public var applyOnForward: Bool
  @OmitZero public var performanceHints: [PerformanceHint]

  public init() { self.init(tier: "") }

  public init(
    tier: String = "", order: Double? = nil, selector: String = "", namespaceSelector: String = "",
    serviceAccountSelector: String = "", ingress: [CalicoRule] = [], egress: [CalicoRule] = [],
    types: [PolicyType] = [], doNotTrack: Bool = false, preDNAT: Bool = false, applyOnForward: Bool = false,
    performanceHints: [PerformanceHint] = []
  ) {
    self.tier = tier
    self.order = order
    self.selector = selector
    self.namespaceSelector = namespaceSelector
    self.serviceAccountSelector = serviceAccountSelector
    self.ingress = ingress
    self.egress = egress
    self.types = types
    self.doNotTrack = doNotTrack
    self.preDNAT = preDNAT
    self.applyOnForward = applyOnForward
    self.performanceHints = performanceHints
  }
}

/// What a policy tells about its use.
public struct PerformanceHint: OpenEnum {
  public var rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }

  /// Every node will need it: it may be made ready ahead.
  public static let assumeNeededOnEveryNode = PerformanceHint(rawValue: "AssumeNeededOnEveryNode")
}
