/// Names a rule for counters, events and explanations.
public struct RuleID: Hashable, Sendable {
  public var owner: RuleOwner
  public var direction: PolicyDirection
  /// From 0 in the order of the policy's text; nil for the end of a stage.
  public var index: Int?

  public init(owner: RuleOwner, direction: PolicyDirection, index: Int?) {
    self.owner = owner
    self.direction = direction
    self.index = index
  }
}

/// Where a rule stands.
public enum RuleOwner: Hashable, Sendable {
  /// `kind` as in its object, such as NetworkPolicy; `group` is its API group; `namespace` is nil for cluster-wide ones.
  case policy(group: String, kind: String, tier: String, namespace: String?, name: String)
  case profile(name: String)
  /// No policy of the tier decided.
  case endOfTier(name: String)
  /// No profile decided.
  case endOfProfiles
}
