/// What all policies together say about one direction of an endpoint's traffic. Endpoints whose effective policy is equal share one
/// compiled program.
public struct EffectivePolicy: Hashable, Sendable {
  public var direction: PolicyDirection
  /// In the order in which they are asked: the tiers that apply, then the profiles.
  public var stages: [PolicyStage]

  public init(direction: PolicyDirection, stages: [PolicyStage]) {
    self.direction = direction
    self.stages = stages
  }
}

/// Which of an endpoint's packets a policy is about, seen from the endpoint.
public enum PolicyDirection: String, Hashable, Sendable, CaseIterable {
  /// What it receives.
  case ingress
  /// What it sends.
  case egress
}

/// A tier, or the profiles: rules that are asked in order, and what becomes of a packet that none of them decides.
public struct PolicyStage: Hashable, Sendable {
  public var rules: [EffectiveRule]
  public var end: StageEnd
  /// Who is named as the decider where `end` decides.
  public var endID: RuleID

  public init(rules: [EffectiveRule], end: StageEnd, endID: RuleID) {
    self.rules = rules
    self.end = end
    self.endID = endID
  }
}

/// What becomes of a packet that no rule of a stage decides.
public enum StageEnd: Hashable, Sendable {
  case deny
  /// The next stage is asked; after the last one, the packet is denied.
  case pass
}

/// One rule, with the selectors of its policy turned into sets of addresses.
public struct EffectiveRule: Hashable, Sendable {
  public var id: RuleID
  public var action: RuleAction
  public var match: RuleMatch

  public init(id: RuleID, action: RuleAction, match: RuleMatch) {
    self.id = id
    self.action = action
    self.match = match
  }
}

public enum RuleAction: String, Hashable, Sendable {
  case allow, deny
  /// The rest of the stage is left out, the next one is asked.
  case pass
  /// The packet is noted, and the rules after this one are asked.
  case log
}
