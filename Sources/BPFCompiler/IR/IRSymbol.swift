/// Names of globals and functions as they stand in IR text: `@name` or `@"name"`.
enum IRSymbol {
  /// The symbol whose `@` is at `at`, and the index behind it.
  static func name(at: String.Index, in text: some StringProtocol) -> (name: String, end: String.Index)? {
    let bytes = text.utf8
    guard at < bytes.endIndex, bytes[at] == UInt8(ascii: "@") else { return nil }
    var i = bytes.index(after: at)
    guard i < bytes.endIndex else { return nil }
    if bytes[i] == UInt8(ascii: "\"") {
      let start = bytes.index(after: i)
      guard let quote = bytes[start...].firstIndex(of: UInt8(ascii: "\"")) else { return nil }
      return (String(text[start..<quote]), bytes.index(after: quote))
    }
    let start = i
    while i < bytes.endIndex, isSymbolByte(bytes[i]) { i = bytes.index(after: i) }
    return i > start ? (String(text[start..<i]), i) : nil
  }

  /// Calls `visit` for each symbol that the text mentions.
  static func forEach(in text: String, _ visit: (String) -> Void) {
    var rest = text.startIndex
    while let hit = text.range(of: "@", from: rest) {
      if let (name, end) = name(at: hit.lowerBound, in: text) {
        visit(name)
        rest = end
      } else {
        rest = hit.upperBound
      }
    }
  }

  /// The text with each mentioned symbol exchanged for what `rename` gives; nil leaves it.
  static func renaming(in text: String, _ rename: (String) -> String?) -> String {
    guard text.has("@") else { return text }
    var result = ""
    var rest = text.startIndex
    while let hit = text.range(of: "@", from: rest) {
      guard let (name, end) = name(at: hit.lowerBound, in: text) else {
        result += text[rest..<hit.upperBound]
        rest = hit.upperBound
        continue
      }
      result += text[rest..<hit.lowerBound]
      if let new = rename(name) { result += reference(to: new) } else { result += text[hit.lowerBound..<end] }
      rest = end
    }
    return result + text[rest...]
  }

  /// `@name`, quoted where it must be.
  static func reference(to name: String) -> String {
    name.utf8.allSatisfy { $0.isIdentifier || $0 == UInt8(ascii: ".") } ? "@\(name)" : "@\"\(name)\""
  }

  private static func isSymbolByte(_ byte: UInt8) -> Bool {
    byte.isIdentifier || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "$") || byte == UInt8(ascii: "-")
  }
}
