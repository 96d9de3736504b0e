import Policy

/// A stage's conjunctions for one family's packets, in the order in which they decide.
///
/// Of a whole stage the last one always matches, and is no Log; no other does both.
struct ClassifierStage: Sendable {
  var conjunctions: [Conjunction]

  /// The only conjunction of a stage that does the same with every packet.
  var constant: Conjunction? {
    guard conjunctions.count == 1, let only = conjunctions.first, only.isUnconditional, only.action != .log else {
      return nil
    }
    return only
  }

  /// Words that its bits take.
  var wordCount: Int {
    if constant != nil { return 0 }
    return (BitLayout.positions(conjunctions).last ?? -1) / BitLayout.bitsPerWord + 1
  }
}

/// A policy as stages of conjunctions, with its rules numbered.
struct NumberedPolicy: Sendable {
  private(set) var stages: [ClassifierStage] = []
  /// By rule number: a stage's rules, then its end; the numbers are the same for both families.
  private(set) var ruleIDs: [RuleID] = []

  init(_ policy: EffectivePolicy, family: AddressFamily) {
    for stage in policy.stages { append(stage, family) }
    denyAtEnd()
    guard stages.isEmpty else { return }
    // Nobody has a say: nothing passes.
    ruleIDs = [RuleID(owner: .endOfProfiles, direction: policy.direction, index: nil)]
    stages = [ClassifierStage(conjunctions: [Conjunction(rule: 0, action: .deny)])]
  }

  private mutating func append(_ stage: PolicyStage, _ family: AddressFamily) {
    // Stages after one that nothing leaves have numbers, and nothing else.
    let isReached = stages.last.map { $0.conjunctions.contains { $0.action == .pass } } ?? true
    var conjunctions: [Conjunction] = []
    for rule in stage.rules {
      conjunctions += rule.conjunctions(rule: ruleIDs.count, family: family)
      ruleIDs.append(rule.id)
    }
    conjunctions.append(Conjunction(rule: ruleIDs.count, action: stage.end == .deny ? .deny : .pass))
    ruleIDs.append(stage.endID)
    // Nothing after one that always decides is ever asked.
    if let decider = conjunctions.firstIndex(where: { $0.isUnconditional && $0.action != .log }) {
      conjunctions.removeSubrange((decider + 1)...)
    }
    if isReached { stages.append(ClassifierStage(conjunctions: conjunctions)) }
  }

  /// After the last stage nothing passes: who would go on there denies.
  private mutating func denyAtEnd() {
    guard var last = stages.popLast() else { return }
    for index in last.conjunctions.indices where last.conjunctions[index].action == .pass {
      last.conjunctions[index].action = .deny
    }
    stages.append(last)
  }
}
