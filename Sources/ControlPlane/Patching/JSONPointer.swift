import CalicoAPI

/// A place in a document, RFC 6901.
struct JSONPointer: Sendable, Equatable {
  var tokens: [String]
  let text: String

  struct NotFound: Error, Equatable {
    var pointer: String
  }

  /// Nil for text that does not begin with a slash.
  init?(_ text: String) {
    guard text.isEmpty || text.hasPrefix("/") else { return nil }
    self.text = text
    tokens = text.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map {
      String($0).replacing("~1", with: "/").replacing("~0", with: "~")
    }
  }

  func value(in document: JSON) throws(NotFound) -> JSON {
    var value = document
    for token in tokens {
      guard let child = Self.child(token, of: value) else { throw NotFound(pointer: text) }
      value = child
    }
    return value
  }

  /// Inserts a value: an object's member is set, a list grows at the index, or at its end for "-".
  func add(_ value: JSON, to document: JSON) throws(NotFound) -> JSON {
    try change(document, tokens[...]) { (parent, token) throws(NotFound) in
      switch parent {
      case .object(var members):
        members[token] = value
        return .object(members)
      case .array(var elements):
        guard let index = token == "-" ? elements.count : Self.index(token), index <= elements.count else {
          throw NotFound(pointer: text)
        }
        elements.insert(value, at: index)
        return .array(elements)
      default: throw NotFound(pointer: text)
      }
    } whole: {
      value
    }
  }

  func remove(from document: JSON) throws(NotFound) -> JSON {
    try change(document, tokens[...]) { (parent, token) throws(NotFound) in
      guard Self.child(token, of: parent) != nil else { throw NotFound(pointer: text) }
      switch parent {
      case .object(var members):
        members[token] = nil
        return .object(members)
      case .array(var elements):
        elements.remove(at: Self.index(token) ?? 0)
        return .array(elements)
      default: throw NotFound(pointer: text)
      }
    } whole: {
      .null
    }
  }

  func replace(with value: JSON, in document: JSON) throws(NotFound) -> JSON {
    if tokens.isEmpty { return value }
    _ = try self.value(in: document)
    return try change(document, tokens[...]) { (parent, token) throws(NotFound) in
      try Self.setting(token, of: parent, to: value, pointer: text)
    } whole: {
      value
    }
  }

  private func change(
    _ value: JSON, _ rest: ArraySlice<String>, last: (JSON, String) throws(NotFound) -> JSON, whole: () -> JSON
  ) throws(NotFound) -> JSON {
    guard let token = rest.first else { return whole() }
    if rest.count == 1 { return try last(value, token) }
    guard let child = Self.child(token, of: value) else { throw NotFound(pointer: text) }
    let changed = try change(child, rest.dropFirst(), last: last, whole: whole)
    return try Self.setting(token, of: value, to: changed, pointer: text)
  }

  private static func setting(
    _ token: String, of parent: JSON, to value: JSON, pointer: String
  ) throws(NotFound) -> JSON {
    switch parent {
    case .object(var members):
      members[token] = value
      return .object(members)
    case .array(var elements):
      guard let index = index(token), index < elements.count else { throw NotFound(pointer: pointer) }
      elements[index] = value
      return .array(elements)
    default: throw NotFound(pointer: pointer)
    }
  }

  private static func child(_ token: String, of value: JSON) -> JSON? {
    switch value {
    case .object(let members): return members[token]
    case .array(let elements):
      guard let index = index(token), index < elements.count else { return nil }
      return elements[index]
    default: return nil
    }
  }

  /// Digits without a leading zero.
  private static func index(_ token: String) -> Int? {
    guard token.utf8.allSatisfy(NameRule.isDigit), token == "0" || !token.hasPrefix("0") else { return nil }
    return Int(token)
  }
}
