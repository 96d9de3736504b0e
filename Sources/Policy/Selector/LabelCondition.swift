/// A fact about one label that an index can look up.
enum LabelCondition: Hashable, Sendable {
  case present(ExactText)
  case value(ExactText, ExactText)
}

/// Where to look for what a selector matches.
enum SelectorRestriction: Hashable, Sendable {
  /// Anything may match.
  case none
  /// Whatever matches meets at least one of these; of none: nothing matches.
  case anyOf(Set<LabelCondition>)
}

extension Selector {
  /// The restriction that costs least. `cost` is how many would have to be looked at for one condition.
  func restriction(cost: (LabelCondition) -> Int) -> SelectorRestriction {
    root.restriction(cost)?.restriction ?? .none
  }
}

/// A restriction, and what it costs.
private struct PricedRestriction {
  var conditions: Set<LabelCondition>
  var cost: Int

  init(_ conditions: Set<LabelCondition>, _ price: (LabelCondition) -> Int) {
    self.conditions = conditions
    cost = conditions.reduce(0) { $0 + price($1) }
  }

  var restriction: SelectorRestriction { .anyOf(conditions) }
}

extension SelectorNode {
  /// nil where anything may match.
  fileprivate func restriction(_ price: (LabelCondition) -> Int) -> PricedRestriction? {
    switch self {
    // What is absent cannot be looked up.
    case .all, .global, .not: nil
    case .label(let name, let test): test.conditions(name).map { PricedRestriction($0, price) }
    case .and(let operands): operands.compactMap { $0.restriction(price) }.min { $0.cost < $1.cost }
    case .or(let operands): Self.union(operands.map { $0.restriction(price) }, price)
    }
  }

  private static func union(
    _ alternatives: [PricedRestriction?], _ price: (LabelCondition) -> Int
  ) -> PricedRestriction? {
    var conditions: Set<LabelCondition> = []
    for alternative in alternatives {
      guard let alternative else { return nil }
      conditions.formUnion(alternative.conditions)
    }
    return PricedRestriction(conditions, price)
  }
}

extension LabelTest {
  /// nil where the test may hold without the label.
  fileprivate func conditions(_ name: ExactText) -> Set<LabelCondition>? {
    switch self {
    case .exists, .contains, .startsWith, .endsWith: [.present(name)]
    case .equals(let value): [.value(name, value)]
    case .among(let values): Set(values.map { .value(name, $0) })
    case .differs, .notAmong: nil
    }
  }
}
