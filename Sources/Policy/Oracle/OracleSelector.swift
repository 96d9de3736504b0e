/// What a selector's text says of a set of labels. Read anew each time that it is asked, straight from the text: it shares nothing with
/// the selectors that the rest of Apus uses.
struct OracleSelector {
  /// What the labels of one endpoint are, and what `all()` and `global()` say of it.
  struct Subject {
    var labels: [String: String]
    var all = true
    var global = false
  }

  private var rest: Substring
  private let subject: Subject

  private init(_ text: String, _ subject: Subject) {
    rest = Substring(text)
    self.subject = subject
  }

  /// Whether the selector selects what has these labels; nil where the text is no selector. No text selects all.
  static func selects(_ text: String, _ subject: Subject) -> Bool? {
    var reader = OracleSelector(text, subject)
    reader.skipSpace()
    if reader.rest.isEmpty { return true }
    guard let answer = reader.disjunction() else { return nil }
    reader.skipSpace()
    return reader.rest.isEmpty ? answer : nil
  }

  static func isReadable(_ text: String) -> Bool { selects(text, Subject(labels: [:])) != nil }

  // Each of these reads as much as belongs to it and gives its answer, or nil where the text makes no sense. Both sides of an operator
  // are always read: whether a text is a selector must not depend on the labels.

  private mutating func disjunction() -> Bool? {
    guard var answer = conjunction() else { return nil }
    while accept("||") {
      guard let next = conjunction() else { return nil }
      answer = answer || next
    }
    return answer
  }

  private mutating func conjunction() -> Bool? {
    guard var answer = negation() else { return nil }
    while accept("&&") {
      guard let next = negation() else { return nil }
      answer = answer && next
    }
    return answer
  }

  private mutating func negation() -> Bool? {
    if accept("!") { return negation().map { !$0 } }
    if accept("(") {
      guard let answer = disjunction(), accept(")") else { return nil }
      return answer
    }
    return operand()
  }

  private mutating func operand() -> Bool? {
    guard let name = name() else { return nil }
    if name == "all" || name == "global" || name == "has", rest.first == "(" {
      rest = rest.dropFirst()
      return function(name)
    }
    return comparison(value: subject.labels[name])
  }

  private mutating func function(_ name: String) -> Bool? {
    var answer = name == "all" ? subject.all : subject.global
    if name == "has" {
      guard let label = self.name() else { return nil }
      answer = subject.labels[label] != nil
    }
    return accept(")") ? answer : nil
  }

  private mutating func comparison(value: String?) -> Bool? {
    if accept("==") { return string().map { value == $0 } }
    if accept("!=") { return string().map { value != $0 } }
    switch name() {
    case "in": return set().map { set in value.map(set.contains) ?? false }
    case "notin": return set().map { set in !(value.map(set.contains) ?? false) }
    case "not":
      guard name() == "in" else { return nil }
      return set().map { set in !(value.map(set.contains) ?? false) }
    case "contains": return string().map { value?.contains($0) ?? false }
    case "startswith": return string().map { value?.hasPrefix($0) ?? false }
    case "endswith": return string().map { value?.hasSuffix($0) ?? false }
    case "starts":
      guard name() == "with" else { return nil }
      return string().map { value?.hasPrefix($0) ?? false }
    case "ends":
      guard name() == "with" else { return nil }
      return string().map { value?.hasSuffix($0) ?? false }
    default: return nil
    }
  }

  private mutating func set() -> Set<String>? {
    guard accept("{") else { return nil }
    var members: Set<String> = []
    while !accept("}") {
      guard let member = string() else { return nil }
      members.insert(member)
      if !accept(",") { return accept("}") ? members : nil }
    }
    return members
  }

  // Words of the text.

  private mutating func skipSpace() { rest = rest.drop { $0 == " " || $0 == "\t" } }

  private mutating func accept(_ symbol: String) -> Bool {
    skipSpace()
    guard rest.hasPrefix(symbol) else { return false }
    // "!=" is not "!".
    if symbol == "!", rest.hasPrefix("!=") { return false }
    rest = rest.dropFirst(symbol.count)
    return true
  }

  private mutating func name() -> String? {
    skipSpace()
    let word = rest.prefix { character in
      character.isASCII && (character.isLetter || character.isNumber || "_./-".contains(character))
    }
    rest = rest.dropFirst(word.count)
    return word.isEmpty ? nil : String(word)
  }

  private mutating func string() -> String? {
    skipSpace()
    guard let quote = rest.first, quote == "'" || quote == "\"" else { return nil }
    let body = rest.dropFirst()
    guard let end = body.firstIndex(of: quote) else { return nil }
    rest = body[body.index(after: end)...]
    return String(body[..<end])
  }
}
