/// A policy that an endpoint has.
struct StagePolicy {
  let key: PolicyKey
  let head: PolicyHead
  let body: PolicyBody
  fileprivate let precedence: ExactText

  init(key: PolicyKey, head: PolicyHead, body: PolicyBody) {
    self.key = key
    self.head = head
    self.body = body
    precedence = ExactText(key.precedence)
  }
}

/// Puts the policies of an endpoint into the order in which they are asked.
struct StageAssembly {
  private let policies: [StagePolicy]
  private let tiers: TierTable
  private let namespace: String
  private let isNamespaceKnown: Bool

  /// - Parameters:
  ///   - policies: all that the endpoint has, in any order.
  ///   - isNamespaceKnown: whether its namespace's profile is.
  init(policies: [StagePolicy], tiers: TierTable, namespace: String, isNamespaceKnown: Bool) {
    self.policies = policies.sorted { ($0.head.order, $0.precedence) < ($1.head.order, $1.precedence) }
    self.tiers = tiers
    self.namespace = namespace
    self.isNamespaceKnown = isNamespaceKnown
  }

  /// What cannot be enforced as it stands.
  var problems: [PolicyProblem] {
    policies.flatMap { policy in (problem(of: policy).map { [$0] } ?? []) + policy.body.problems }
  }

  /// What is wrong with a policy as a whole.
  private func problem(of policy: StagePolicy) -> PolicyProblem? {
    if case .failure(let problem) = policy.head.subject { return problem }
    guard tiers.place(of: policy.head.tier) == nil else { return nil }
    return PolicyProblem(
      policy: policy.key, path: "spec.tier", reason: "there is no tier \"\(policy.head.tier)\"",
      consequence: .closesEndpoints)
  }

  func policy(_ direction: PolicyDirection) -> EffectivePolicy {
    let applicable = policies.filter { $0.head.directions.contains(direction) }
    let closing = applicable.filter { problem(of: $0) != nil }
    if let first = closing.min(by: { $0.precedence < $1.precedence }) {
      let id = RuleID(owner: first.head.owner, direction: direction, index: nil)
      return EffectivePolicy(direction: direction, stages: [PolicyStage(rules: [], end: .deny, endID: id)])
    }

    var stages: [PolicyStage] = []
    let byTier = Dictionary(grouping: applicable, by: \.head.tier)
    for place in byTier.keys.compactMap({ tiers.place(of: $0) }).sorted() {
      let stage = PolicyStage(
        rules: (byTier[place.name] ?? []).flatMap { $0.body.rules(direction) }, end: tiers.end(of: place.name),
        endID: RuleID(owner: .endOfTier(name: place.name), direction: direction, index: nil))
      stages.append(stage)
    }
    stages.append(profiles(direction))
    return EffectivePolicy(direction: direction, stages: stages.asked)
  }

  /// A namespace's profile lets everything through. Where it is not known, neither is what it would say. Either way it decides, and no
  /// further profile is asked.
  private func profiles(_ direction: PolicyDirection) -> PolicyStage {
    let owner = RuleOwner.profile(name: ProfileName.namespace(namespace))
    let rule = EffectiveRule(
      id: RuleID(owner: owner, direction: direction, index: isNamespaceKnown ? 0 : nil),
      action: isNamespaceKnown ? .allow : .deny, match: RuleMatch())
    let end = RuleID(owner: .endOfProfiles, direction: direction, index: nil)
    return PolicyStage(rules: [rule], end: .deny, endID: end)
  }
}

extension [PolicyStage] {
  /// Without stages that say nothing, and those behind one that always decides: equal policies share a program, so nothing is in them
  /// that makes no difference.
  fileprivate var asked: [PolicyStage] {
    let speaking = filter { !$0.rules.isEmpty || $0.end == .deny }
    guard let last = speaking.firstIndex(where: \.alwaysDecides) else { return speaking }
    return Array(speaking[...last])
  }
}

extension PolicyStage {
  fileprivate var alwaysDecides: Bool { end == .deny && !rules.contains { $0.action == .pass } }
}
