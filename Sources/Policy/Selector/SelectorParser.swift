/// Reads a selector. Open parentheses are kept in a list, not on the stack: text cannot make it overflow.
struct SelectorParser {
  private var scanner: SelectorScanner
  /// What is open, the innermost last; the first is the whole text.
  private var groups = [SelectorGroup(offset: 0, isNegated: false)]

  init(_ text: String) throws(SelectorError) {
    let count = text.unicodeScalars.count
    guard count <= Selector.textLimit else {
      throw SelectorError("the selector has \(count) characters, at most \(Selector.textLimit) are allowed")
    }
    scanner = SelectorScanner(text)
  }

  mutating func parse() throws(SelectorError) -> SelectorNode {
    scanner.skipSpace()
    guard !scanner.isAtEnd else { return .all }
    repeat { try readOperand() } while try readConnective()
    return groups[0].node
  }

  /// An operand with what opens before it: `!!(!has(a)`.
  private mutating func readOperand() throws(SelectorError) {
    while true {
      var isNegated = false
      while scanner.take("!") { isNegated.toggle() }
      let offset = scanner.offset
      guard scanner.take("(") else {
        let condition = try scanner.condition()
        return add(isNegated ? condition.negated : condition)
      }
      groups.append(SelectorGroup(offset: offset, isNegated: isNegated))
    }
  }

  /// What closes after an operand, and whether another one follows.
  private mutating func readConnective() throws(SelectorError) -> Bool {
    while scanner.take(")") { try close() }
    if scanner.take("&&") { return true }
    if scanner.take("||") {
      groups[groups.endIndex - 1].beginAlternative()
      return true
    }
    guard scanner.isAtEnd else {
      throw scanner.error("expected &&, || or the end after a condition, found \(scanner.found)")
    }
    guard groups.count == 1 else {
      throw scanner.error("this ( is not closed", at: groups[groups.endIndex - 1].offset)
    }
    return false
  }

  private mutating func close() throws(SelectorError) {
    guard groups.count > 1 else { throw scanner.error("this ) closes nothing", at: scanner.offset - 1) }
    add(groups.removeLast().node)
  }

  private mutating func add(_ node: SelectorNode) { groups[groups.endIndex - 1].add(node) }
}

/// What is between two parentheses, as far as it was read.
private struct SelectorGroup {
  /// Of its parenthesis, in bytes.
  let offset: Int
  let isNegated: Bool
  private var alternatives: [SelectorNode] = []
  private var conditions: [SelectorNode] = []

  init(offset: Int, isNegated: Bool) {
    self.offset = offset
    self.isNegated = isNegated
  }

  mutating func add(_ node: SelectorNode) { conditions.append(node) }

  mutating func beginAlternative() {
    alternatives.append(.every(conditions))
    conditions = []
  }

  var node: SelectorNode {
    let last = SelectorNode.every(conditions)
    let whole = alternatives.isEmpty ? last : .or(alternatives + [last])
    return isNegated ? whole.negated : whole
  }
}
