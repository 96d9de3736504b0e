extension CalicoPolicySpec {
  static var ruleLimit: Int { 1024 }

  /// What is wrong with what all of Calico's policies say.
  func commonErrors(at field: String, namespaced: Bool, _ selectors: SelectorRule) -> [FieldError] {
    var errors: [FieldError] = []
    if !tier.isEmpty {
      errors += NameRule.dnsSubdomain.problems(tier).map { .invalid("\(field).tier", tier, $0) }
    }
    errors += selectors.errors(selector, "\(field).selector")
    errors += selectors.errors(serviceAccountSelector, "\(field).serviceAccountSelector")
    errors += typeErrors("\(field).types")
    for (index, hint) in performanceHints.enumerated() {
      errors += ListRules.notSupportedErrors(
        hint.rawValue, "\(field).performanceHints[\(index)]", [PerformanceHint.assumeNeededOnEveryNode.rawValue])
    }
    errors += ListRules.duplicateErrors(performanceHints.map(\.rawValue), "\(field).performanceHints")
    for (name, type, rules) in [("ingress", PolicyType.ingress, ingress), ("egress", .egress, egress)] {
      errors += ListRules.countErrors(rules.count, "\(field).\(name)", limit: Self.ruleLimit)
      for (index, rule) in rules.enumerated() {
        errors += rule.errors(at: "\(field).\(name)[\(index)]", type, namespaced: namespaced, selectors)
      }
    }
    return errors
  }

  private func typeErrors(_ field: String) -> [FieldError] {
    types.enumerated().flatMap { index, type in
      ListRules.notSupportedErrors(type.rawValue, "\(field)[\(index)]", ["Egress", "Ingress"])
    } + ListRules.duplicateErrors(types.map(\.rawValue), field)
  }
}

extension NetworkPolicySpec {
  /// What is wrong with it, as Calico says it.
  public func errors(at field: String = "spec", _ selectors: SelectorRule) -> [FieldError] {
    commonErrors(at: field, namespaced: true, selectors)
  }
}

extension GlobalNetworkPolicySpec {
  /// What is wrong with it, as Calico says it.
  public func errors(at field: String = "spec", _ selectors: SelectorRule) -> [FieldError] {
    commonErrors(at: field, namespaced: false, selectors)
      + selectors.errors(namespaceSelector, "\(field).namespaceSelector") + hostErrors(field)
  }

  /// Of policies for hosts.
  private func hostErrors(_ field: String) -> [FieldError] {
    var errors: [FieldError] = []
    if preDNAT && doNotTrack {
      errors.append(.forbidden("\(field).preDNAT", "preDNAT and doNotTrack cannot both be true"))
    }
    if preDNAT && !egress.isEmpty {
      errors.append(.forbidden("\(field).egress", "preDNAT policy cannot have any egress rules"))
    }
    if preDNAT && types.contains(.egress) {
      errors.append(.forbidden("\(field).types", "preDNAT policy cannot have 'Egress' type"))
    }
    if (preDNAT || doNotTrack) && !applyOnForward {
      errors.append(
        .required("\(field).applyOnForward", "applyOnForward must be true if either preDNAT or doNotTrack is true"))
    }
    return errors
  }
}

extension Staged {
  /// - Parameters:
  ///   - isBlank: whether the policy says nothing, but perhaps which tier it is of.
  ///   - policyErrors: what is wrong with the policy.
  func errors(at field: String, isBlank: Bool, _ policyErrors: () -> [FieldError]) -> [FieldError] {
    let actions = ["Delete", "Ignore", "Learn", "Set"]
    let unknown = ListRules.notSupportedErrors(stagedAction.rawValue, "\(field).stagedAction", actions)
    if stagedAction == .delete {
      return isBlank
        ? unknown
        : [.forbidden(field, "Spec fields, except Tier, should all be zero-value if stagedAction is Delete")]
    }
    return unknown + policyErrors()
  }
}
