extension SelectorScanner {
  /// One condition: `all()`, `has(label)`, `label == "value"`.
  mutating func condition() throws(SelectorError) -> SelectorNode {
    if let function = try function() { return function }
    let start = offset
    let name = try name()
    guard !name.isEmpty else {
      throw error("expected a condition such as label == \"value\" or has(label), found \(found)")
    }
    guard let test = try test(of: name) else {
      skipSpace()
      let operators = "==, !=, in, not in, contains, starts with or ends with"
      // A name that is followed by a parenthesis is rather a function that does not exist.
      throw found == "\"(\""
        ? error("there is no function \"\(name)\": has(label), all() and global() exist", at: start)
        : error("expected \(operators) after the label \"\(name)\", found \(found)")
    }
    return .label(ExactText(name), test)
  }

  /// Their names are labels' names too where no parenthesis follows at once.
  private mutating func function() throws(SelectorError) -> SelectorNode? {
    if take("all(") { return try end(of: "all(", .all) }
    if take("global(") { return try end(of: "global(", .global) }
    guard take("has(") else { return nil }
    let name = try name()
    guard !name.isEmpty else { throw error("expected a label's name after has(, found \(found)") }
    return try end(of: "has(\(name)", .label(ExactText(name), .exists))
  }

  private mutating func end(of function: String, _ node: SelectorNode) throws(SelectorError) -> SelectorNode {
    guard take(")") else { throw error("expected ) after \(function), found \(found)") }
    return node
  }

  /// nil where no operator follows.
  private mutating func test(of name: String) throws(SelectorError) -> LabelTest? {
    if take("==") { return .equals(try value(after: "==")) }
    if take("!=") { return .differs(try value(after: "!=")) }
    if take(words: "not", "in") { return .notAmong(unsorted: try values(after: "not in")) }
    if take(words: "in") { return .among(unsorted: try values(after: "in")) }
    if take(words: "contains") { return .contains(try value(after: "contains")) }
    if take(words: "starts", "with") { return .startsWith(try value(after: "starts with")) }
    if take(words: "ends", "with") { return .endsWith(try value(after: "ends with")) }
    return nil
  }

  private mutating func value(after symbol: String) throws(SelectorError) -> ExactText {
    guard let value = try value() else { throw error("expected a value in quotes after \(symbol), found \(found)") }
    return ExactText(value)
  }

  /// `{"a", "b"}`; none, and a comma after the last, are fine.
  private mutating func values(after symbol: String) throws(SelectorError) -> [ExactText] {
    guard take("{") else { throw error("expected { after \(symbol), found \(found)") }
    var values: [ExactText] = []
    while !take("}") {
      guard let value = try value() else { throw error("expected a value in quotes or } in a set, found \(found)") }
      values.append(ExactText(value))
      if take("}") { break }
      guard take(",") else { throw error("expected , or } after a set's value, found \(found)") }
    }
    return values
  }
}
