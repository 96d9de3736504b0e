/// Whatever has labels.
public protocol LabelSource {
  /// nil where there is no such label.
  func value(ofLabel name: String) -> String?
}

extension Dictionary: LabelSource where Key == String, Value == String {
  public func value(ofLabel name: String) -> String? {
    guard let index = index(forKey: name), ExactText(self[index].key) == ExactText(name) else { return nil }
    return self[index].value
  }
}

extension Selector {
  /// Whether what has these labels is selected.
  public func matches(_ labels: some LabelSource) -> Bool { root.matches(labels) }
}

extension SelectorNode {
  fileprivate func matches(_ labels: some LabelSource) -> Bool {
    switch self {
    case .all: true
    case .global: labels.value(ofLabel: LabelName.namespace) == nil
    case .label(let name, let test): test.holds(for: labels.value(ofLabel: name.string).map(ExactText.init))
    case .not(let operand): !operand.matches(labels)
    case .and(let operands): operands.allSatisfy { $0.matches(labels) }
    case .or(let operands): operands.contains { $0.matches(labels) }
    }
  }
}
