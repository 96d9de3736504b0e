/// The head of a `define` or `declare`, or a call: what is returned, who is called, with what.
struct IRSignature {
  /// The type alone; attributes of the return value are dropped.
  var returnType: String
  /// `@name` of a definition; for a call also `%7` or a constant expression.
  var callee: String
  var values: [IRValue]
  /// What follows the closing bracket: attribute groups, section, metadata.
  var suffix: String

  /// Reads `<attributes> <type> <callee>(<values>)<suffix>`; nil when the text has another shape.
  init?(parsing text: String) {
    guard let open = Self.argumentList(in: text), let close = Tokens.closing(open, in: text) else { return nil }
    var tokens = Tokens.spaceSeparated(text[..<open])
    guard var callee = tokens.popLast() else { return nil }
    if tokens.last == "inttoptr" { callee = "\(tokens.removeLast()) \(callee)" }
    self.callee = callee
    // What is left beside attributes is the type; `i64 (ptr, ...)` spells out a function type.
    tokens.removeAll { Self.isReturnAttribute($0) }
    guard !tokens.isEmpty else { return nil }
    returnType = tokens.joined(separator: " ")
    values = Tokens.commaSeparated(text[text.index(after: open)..<close]).map(IRValue.init(parsing:))
    suffix = String(text[text.index(after: close)...])
  }

  var text: String { "\(returnType) \(callee)(\(values.map(\.text).joined(separator: ", ")))\(suffix)" }

  /// The symbol that is defined or called, if it is one.
  var symbol: String? { IRSymbol.name(at: callee.startIndex, in: callee)?.name }

  /// The bracket that opens the arguments: the first one that follows a callee directly.
  private static func argumentList(in text: String) -> String.Index? {
    var i = text.startIndex
    while let open = text[i...].index(ofByte: UInt8(ascii: "(")) {
      guard let close = Tokens.closing(open, in: text) else { return nil }
      let head = text[..<open]
      let word = head.utf8.lastIndex(of: UInt8(ascii: " ")).map { head[text.utf8.index(after: $0)...] } ?? head
      if let first = word.utf8.first, first == UInt8(ascii: "@") || first == UInt8(ascii: "%") { return open }
      let behind = text.utf8.index(after: close)
      if word.isEmpty && head.trimmed.hasSuffix("inttoptr") {
        return behind < text.utf8.endIndex && text.utf8[behind] == UInt8(ascii: "(") ? behind : nil
      }
      i = behind
    }
    return nil
  }

  private static func isReturnAttribute(_ token: String) -> Bool {
    returnAttributes.contains(String(token.prefix { $0 != "(" })) || token.utf8.allSatisfy(\.isDigit)
  }

  private static let returnAttributes: Set = [
    "align", "cc", "ccc", "dereferenceable", "dereferenceable_or_null", "dllexport", "dso_local", "fastcc", "hidden",
    "internal", "linkonce_odr", "local_unnamed_addr", "noalias", "nofpclass", "nonnull", "noundef", "private",
    "protected", "range", "signext", "swiftcc", "swifttailcc", "tailcc", "unnamed_addr", "weak_odr", "zeroext",
  ]
}
