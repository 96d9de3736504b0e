/// A selector's tree. Parsed text makes it at most about a hundred levels deep (1,024 characters), so recursion over it is bounded.
indirect enum SelectorNode: Sendable {
  case all
  /// True of what is in no namespace.
  case global
  case label(ExactText, LabelTest)
  case not(SelectorNode)
  /// Two or more.
  case and([SelectorNode])
  /// Two or more.
  case or([SelectorNode])
}

/// What is asked of one label.
enum LabelTest: Hashable, Sendable {
  case exists
  case equals(ExactText)
  case differs(ExactText)
  /// In ascending order, each value once. Of none: never true.
  case among([ExactText])
  /// In ascending order, each value once. Of none: always true.
  case notAmong([ExactText])
  case contains(ExactText)
  case startsWith(ExactText)
  case endsWith(ExactText)
}

extension SelectorNode {
  /// Negates; two negations cancel each other.
  var negated: SelectorNode {
    if case .not(let operand) = self { operand } else { .not(self) }
  }

  /// All of them hold; of none: `all()`.
  static func every(_ nodes: [SelectorNode]) -> SelectorNode {
    nodes.count > 1 ? .and(nodes) : nodes.first ?? .all
  }
}

extension LabelTest {
  static func among(unsorted values: some Sequence<ExactText>) -> LabelTest { .among(Set(values).sorted()) }
  static func notAmong(unsorted values: some Sequence<ExactText>) -> LabelTest { .notAmong(Set(values).sorted()) }

  /// `value` is nil where the label is absent.
  func holds(for value: ExactText?) -> Bool {
    switch self {
    case .exists: value != nil
    case .equals(let wanted): value == wanted
    case .differs(let unwanted): value != unwanted
    case .among(let wanted): value.map { wanted.contains($0) } ?? false
    case .notAmong(let unwanted): value.map { !unwanted.contains($0) } ?? true
    case .contains(let part): value?.contains(part) ?? false
    case .startsWith(let part): value?.starts(with: part) ?? false
    case .endsWith(let part): value?.ends(with: part) ?? false
    }
  }
}
