/// The rules of one policy, while they are translated.
struct PolicyTranslation {
  let key: PolicyKey
  let head: PolicyHead
  private(set) var body = PolicyBody()

  init(key: PolicyKey, head: PolicyHead) {
    self.key = key
    self.head = head
  }

  /// Whom the policy is about; everyone where nobody knows.
  var subject: Selector { (try? head.subject.get()) ?? .all }

  /// Adds what one rule of the policy's text comes to. A rule that makes no sense is closed: what it would let through or note is not,
  /// and if it would do anything else, everything is denied.
  ///
  /// - Parameters:
  ///   - action: nil where it is none that is known.
  ///   - matches: which packets, as one or several alternatives; sets that they need go into the dictionary.
  mutating func add(
    _ direction: PolicyDirection, _ index: Int, action: RuleAction?,
    _ matches: (inout [IPSetID: IPSetDefinition]) throws(PolicyMistake) -> [RuleMatch]
  ) {
    guard head.directions.contains(direction) else { return }
    let id = RuleID(owner: head.owner, direction: direction, index: index)
    do throws(PolicyMistake) {
      guard let action else { throw PolicyMistake("action", "there is no such action") }
      var sets: [IPSetID: IPSetDefinition] = [:]
      let matches = try matches(&sets)
      body.sets.merge(sets) { first, _ in first }
      append(matches.map { EffectiveRule(id: id, action: action, match: $0) }, direction)
    } catch {
      let isLeftOut = action == .allow || action == .log
      body.problems.append(
        PolicyProblem(
          policy: key, path: "spec.\(direction.rawValue)[\(index)].\(error.path)", reason: error.reason,
          consequence: isLeftOut ? .leavesRuleOut : .deniesEverything))
      if !isLeftOut { append([EffectiveRule(id: id, action: .deny, match: RuleMatch())], direction) }
    }
  }

  private mutating func append(_ rules: [EffectiveRule], _ direction: PolicyDirection) {
    switch direction {
    case .ingress: body.ingress += rules
    case .egress: body.egress += rules
    }
  }
}

extension [IPSetID: IPSetDefinition] {
  /// The set of this definition is needed.
  mutating func need(_ definition: IPSetDefinition) -> IPSetID {
    let id = definition.id
    self[id] = definition
    return id
  }
}
