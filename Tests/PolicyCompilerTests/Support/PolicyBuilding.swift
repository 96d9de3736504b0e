import DataplaneABI
import Policy

// Policies in few words, for tests.

extension EffectivePolicy {
  /// Rules of one tier that denies at its end.
  static func tier(_ rules: [EffectiveRule]) -> EffectivePolicy {
    EffectivePolicy(direction: .ingress, stages: [PolicyStage(rules, .deny)])
  }
}

extension PolicyStage {
  init(_ rules: [EffectiveRule], _ end: StageEnd) {
    self.init(
      rules: rules, end: end, endID: RuleID(owner: .endOfTier(name: "default"), direction: .ingress, index: nil))
  }
}

extension EffectiveRule {
  init(_ action: RuleAction, _ match: RuleMatch = RuleMatch()) {
    let owner = RuleOwner.policy(group: "test", kind: "Policy", tier: "default", namespace: nil, name: "test")
    self.init(id: RuleID(owner: owner, direction: .ingress, index: 0), action: action, match: match)
  }
}

func prefix(_ text: String) -> AddressPrefix {
  guard let prefix = AddressPrefix(text) else { preconditionFailure("\(text) is no prefix") }
  return prefix
}

extension TestPacket {
  /// From 10.0.0.1 to 10.0.0.2.
  init(_ proto: UInt8, _ detail: UInt16 = 0, from sourcePort: UInt16 = 0) {
    self.init(
      source: prefix("10.0.0.1"), destination: prefix("10.0.0.2"), proto: proto, detail: detail, sourcePort: sourcePort)
  }

  /// TCP to port 80.
  init(_ source: String, _ destination: String, port: UInt16 = 80, from sourcePort: UInt16 = 40_000) {
    self.init(
      source: prefix(source), destination: prefix(destination), proto: 6, detail: port, sourcePort: sourcePort)
  }
}
