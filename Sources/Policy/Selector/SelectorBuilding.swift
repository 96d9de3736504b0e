extension Selector {
  /// `name == "value"`. Throws where that cannot be written as a selector.
  public static func label(_ name: String, equals value: String) throws(SelectorError) -> Selector {
    try label(name, .equals(ExactText(value)))
  }

  /// `name in {"value", …}`; of no values: nothing. Throws where that cannot be written as a selector.
  public static func label(_ name: String, among values: some Sequence<String>) throws(SelectorError) -> Selector {
    try label(name, .among(unsorted: values.map(ExactText.init)))
  }

  /// `name not in {"value", …}`. Throws where that cannot be written as a selector.
  public static func label(_ name: String, notAmong values: some Sequence<String>) throws(SelectorError) -> Selector {
    try label(name, .notAmong(unsorted: values.map(ExactText.init)))
  }

  /// `has(name)`. Throws where that cannot be written as a selector.
  public static func has(_ name: String) throws(SelectorError) -> Selector { try label(name, .exists) }

  /// What this one does not select.
  public var negated: Selector { Selector(root: root.negated) }

  /// What all of them select; of none: everything. `all()` adds nothing and is left out.
  public static func every(_ selectors: [Selector]) -> Selector {
    let operands = selectors.flatMap { selector -> [SelectorNode] in
      switch selector.root {
      case .all: []
      case .and(let operands): operands
      default: [selector.root]
      }
    }
    return Selector(root: .every(operands))
  }

  /// Text is how selectors are told apart, so what cannot be written and read again must not become one.
  private static func label(_ name: String, _ test: LabelTest) throws(SelectorError) -> Selector {
    guard !name.isEmpty, name.utf8.allSatisfy(SelectorScanner.isNameByte) else {
      throw SelectorError("\"\(name)\" is no label's name: letters, digits and _./- are allowed")
    }
    guard name.utf8.count <= labelNameLimit else {
      throw SelectorError("the label's name has \(name.utf8.count) characters, at most \(labelNameLimit) are allowed")
    }
    guard test.values.allSatisfy(\.canBeQuoted) else {
      throw SelectorError("a value of the label \"\(name)\" holds both \" and '")
    }
    return Selector(root: .label(ExactText(name), test))
  }
}

extension LabelTest {
  fileprivate var values: [ExactText] {
    switch self {
    case .exists: []
    case .equals(let value), .differs(let value), .contains(let value), .startsWith(let value), .endsWith(let value):
      [value]
    case .among(let values), .notAmong(let values): values
    }
  }
}

extension ExactText {
  fileprivate var canBeQuoted: Bool {
    !string.utf8.contains(UInt8(ascii: "\"")) || !string.utf8.contains(UInt8(ascii: "'"))
  }
}
