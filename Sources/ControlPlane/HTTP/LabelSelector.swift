import CalicoAPI

/// A selector over labels, in the text form of the API: "app=web,tier in (a,b),!canary".
struct LabelSelector: Sendable, Equatable {
  enum Requirement: Sendable, Equatable {
    case anyOf(key: String, values: Set<String>)
    case noneOf(key: String, values: Set<String>)
    case exists(key: String)
    case absent(key: String)
  }

  private(set) var requirements: [Requirement] = []

  init() {}

  init(_ text: String) throws(APIError) {
    for part in try Self.split(text) { requirements.append(try Self.requirement(part, of: text)) }
  }

  /// The selector of equal labels.
  init(equal labels: [String: String]) {
    requirements = labels.map { .anyOf(key: $0.key, values: [$0.value]) }
  }

  func matches(_ object: JSON) -> Bool {
    let labels = object["metadata"]?["labels"]
    return requirements.allSatisfy { requirement in
      switch requirement {
      case .anyOf(let key, let values): labels?[key]?.string.map(values.contains) ?? false
      case .noneOf(let key, let values): labels?[key]?.string.map { !values.contains($0) } ?? true
      case .exists(let key): labels?[key] != nil
      case .absent(let key): labels?[key] == nil
      }
    }
  }

  /// Splits at the commas outside of parentheses.
  private static func split(_ text: String) throws(APIError) -> [String] {
    var parts: [String] = []
    var current = ""
    var depth = 0
    for character in text {
      if character == "(" { depth += 1 }
      if character == ")" { depth -= 1 }
      if character == "," && depth == 0 {
        parts.append(current)
        current = ""
      } else {
        current.append(character)
      }
    }
    guard depth == 0 else { throw unparsable(text, "parentheses do not match") }
    parts.append(current)
    parts = parts.map(trimmed)
    return parts == [""] ? [] : parts
  }

  private static func requirement(_ part: String, of text: String) throws(APIError) -> Requirement {
    if part.hasPrefix("!") { return .absent(key: try key(trimmed(String(part.dropFirst())), of: text)) }
    if let open = part.firstIndex(of: "("), part.hasSuffix(")") {
      let words = part[..<open].split(separator: " ").map(String.init)
      let values = part[part.index(after: open)...].dropLast().split(separator: ",", omittingEmptySubsequences: false)
      guard words.count == 2, ["in", "notin"].contains(words[1]) else {
        throw unparsable(text, "found '\(part)', expected: KEY in (VALUES) or KEY notin (VALUES)")
      }
      let key = try key(words[0], of: text)
      let set = Set(values.map { trimmed(String($0)) })
      return words[1] == "in" ? .anyOf(key: key, values: set) : .noneOf(key: key, values: set)
    }
    guard let equals = part.firstIndex(of: "=") else { return .exists(key: try key(part, of: text)) }
    var left = String(part[..<equals])
    var right = String(part[part.index(after: equals)...])
    let isNegated = left.hasSuffix("!")
    if isNegated { left.removeLast() }
    if right.hasPrefix("=") { right.removeFirst() }
    let value = trimmed(right)
    if let problem = LabelRule.valueProblems(value).first {
      throw unparsable(text, "values[0][\(trimmed(left))]: Invalid value: \"\(value)\": \(problem)")
    }
    let key = try key(trimmed(left), of: text)
    return isNegated ? .noneOf(key: key, values: [value]) : .anyOf(key: key, values: [value])
  }

  private static func key(_ key: String, of text: String) throws(APIError) -> String {
    if let problem = LabelRule.keyProblems(key).first {
      throw unparsable(text, "key: Invalid value: \"\(key)\": \(problem)")
    }
    return key
  }

  private static func trimmed(_ text: String) -> String {
    String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }

  private static func unparsable(_ text: String, _ why: String) -> APIError {
    .badRequest("unable to parse requirement in labelSelector \"\(text)\": \(why)")
  }
}
