/// Where a tier stands among others, and what it does at its end.
public struct TierSpec: ZeroValue, Sendable {
  /// The lowest first; absent means last.
  public var order: Double?
  /// Deny or Pass: what becomes of a packet that policies of the tier are about and that none of them decides. Absent means
  /// Deny.
  public var defaultAction: CalicoAction?

  public init() { self.init(order: nil) }

  public init(order: Double?, defaultAction: CalicoAction? = nil) {
    self.order = order
    self.defaultAction = defaultAction
  }
}

/// The tiers that every cluster has.
public struct StandardTier: Hashable, Sendable {
  public let name: String
  public let order: Double
  public let defaultAction: CalicoAction

  /// Of policies that name no tier, and of Kubernetes' NetworkPolicies.
  public static let `default` = StandardTier(name: "default", order: 1_000_000, defaultAction: .deny)
  /// Of ClusterNetworkPolicies with `Admin`.
  public static let kubeAdmin = StandardTier(name: "kube-admin", order: 1_000, defaultAction: .pass)
  /// Of ClusterNetworkPolicies with `Baseline`.
  public static let kubeBaseline = StandardTier(name: "kube-baseline", order: 10_000_000, defaultAction: .pass)

  public static let all = [StandardTier.default, .kubeAdmin, .kubeBaseline]

  public var spec: TierSpec { TierSpec(order: order, defaultAction: defaultAction) }
}
