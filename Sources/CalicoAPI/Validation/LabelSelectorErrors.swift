extension LabelSelector {
  /// What is wrong with it, in the words of Kubernetes.
  public func errors(at field: String) -> [FieldError] {
    let labels = matchLabels.sorted { $0.key < $1.key }.flatMap { key, value in
      LabelRule.keyProblems(key).map { FieldError.invalid("\(field).matchLabels", key, $0) }
        + LabelRule.valueProblems(value).map { .invalid("\(field).matchLabels", value, $0) }
    }
    return labels
      + matchExpressions.enumerated().flatMap { index, requirement in
        requirement.errors(at: "\(field).matchExpressions[\(index)]")
      }
  }
}

extension LabelSelectorRequirement {
  fileprivate func errors(at field: String) -> [FieldError] {
    var errors: [FieldError] = []
    switch `operator` {
    case .in, .notIn:
      if values.isEmpty {
        errors.append(.required("\(field).values", "must be specified when `operator` is 'In' or 'NotIn'"))
      }
    case .exists, .doesNotExist:
      if !values.isEmpty {
        errors.append(
          .forbidden("\(field).values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
      }
    default: errors.append(.invalid("\(field).operator", `operator`.rawValue, "not a valid selector operator"))
    }
    errors += LabelRule.keyProblems(key).map { .invalid("\(field).key", key, $0) }
    return errors
      + values.enumerated().flatMap { index, value in
        LabelRule.valueProblems(value).map { .invalid("\(field).values[\(index)]", value, $0) }
      }
  }
}
