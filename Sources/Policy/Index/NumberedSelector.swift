/// A selector whose text is numbers of a `TextTable`.
indirect enum NumberedSelector {
  case all
  case label(UInt32, NumberedTest)
  case not(NumberedSelector)
  case and([NumberedSelector])
  case or([NumberedSelector])
}

/// Each is false where the label is absent.
enum NumberedTest {
  case exists
  case equals(UInt32)
  case among(Set<UInt32>)
  /// A test of the value's text.
  case text(LabelTest)
}

extension TextTable {
  mutating func retain(_ node: SelectorNode) -> NumberedSelector {
    switch node {
    case .all: .all
    case .global: .not(.label(retain(ExactText(LabelName.namespace)), .exists))
    case .label(let name, let test): retain(name, test)
    case .not(let operand): .not(retain(operand))
    case .and(let operands): .and(operands.map { retain($0) })
    case .or(let operands): .or(operands.map { retain($0) })
    }
  }

  private mutating func retain(_ name: ExactText, _ test: LabelTest) -> NumberedSelector {
    let name = retain(name)
    return switch test {
    case .exists: .label(name, .exists)
    case .equals(let value): .label(name, .equals(retain(value)))
    case .differs(let value): .not(.label(name, .equals(retain(value))))
    case .among(let values): .label(name, .among(Set(values.map { retain($0) })))
    case .notAmong(let values): .not(.label(name, .among(Set(values.map { retain($0) }))))
    case .contains, .startsWith, .endsWith: .label(name, .text(test))
    }
  }

  mutating func release(_ selector: NumberedSelector) {
    switch selector {
    case .all: break
    case .label(let name, let test):
      release(name)
      release(test)
    case .not(let operand): release(operand)
    case .and(let operands), .or(let operands): for operand in operands { release(operand) }
    }
  }

  private mutating func release(_ test: NumberedTest) {
    switch test {
    case .exists, .text: break
    case .equals(let value): release(value)
    case .among(let values): for value in values { release(value) }
    }
  }
}

extension NumberedSelector {
  /// `labels` has each name once.
  func matches(_ labels: [LabelKey], _ texts: TextTable) -> Bool {
    // Loops, not closures: those would copy what they capture, for each selector that is asked.
    switch self {
    case .all: return true
    case .label(let name, let test):
      guard let value = labels.value(of: name) else { return false }
      return test.holds(for: value, texts)
    case .not(let operand): return !operand.matches(labels, texts)
    case .and(let operands):
      for operand in operands where !operand.matches(labels, texts) { return false }
      return true
    case .or(let operands):
      for operand in operands where operand.matches(labels, texts) { return true }
      return false
    }
  }
}

extension NumberedTest {
  fileprivate func holds(for value: UInt32, _ texts: TextTable) -> Bool {
    switch self {
    case .exists: true
    case .equals(let wanted): value == wanted
    case .among(let wanted): wanted.contains(value)
    case .text(let test): test.holds(for: texts[value])
    }
  }
}
