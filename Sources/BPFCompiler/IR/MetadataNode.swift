/// A specialised metadata node: `distinct !DISubprogram(name: "f", line: 7)`.
struct MetadataNode {
  var isDistinct = false
  /// `DISubprogram`, `DICompositeType` ...
  var kind: String
  /// In the order in which they are printed.
  private(set) var fields: [(name: String, value: String)]

  init(_ kind: String, _ fields: [(String, String)]) {
    self.kind = kind
    self.fields = fields.map { (name: $0.0, value: $0.1) }
  }

  init?(parsing text: String) {
    var text = Substring(text)
    if text.hasPrefix("distinct ") {
      isDistinct = true
      text = text.dropFirst("distinct ".count)
    }
    guard text.hasPrefix("!DI"), let open = text.index(ofByte: UInt8(ascii: "(")) else { return nil }
    kind = String(text[text.index(after: text.startIndex)..<open])
    fields = Tokens.commaSeparated(text[text.index(after: open)...].dropLast()).compactMap { field in
      field.range(of: ": ").map { (String(field[..<$0.lowerBound]), String(field[$0.upperBound...])) }
    }
  }

  /// The field as it is written; setting nil removes it.
  subscript(name: String) -> String? {
    get { fields.first { $0.name == name }?.value }
    set {
      let position = fields.firstIndex { $0.name == name }
      switch (position, newValue) {
      case (let position?, let value?): fields[position].value = value
      case (let position?, nil): fields.remove(at: position)
      case (nil, let value?): fields.append((name, value))
      case (nil, nil): break
      }
    }
  }

  /// The node that the field refers to.
  func reference(_ name: String) -> Int? {
    self[name].flatMap { $0.hasPrefix("!") ? Int($0.dropFirst()) : nil }
  }

  /// The field's text without its quotation marks.
  func string(_ name: String) -> String? { self[name].map(\.unquoted) }

  func number(_ name: String) -> Int? { self[name].flatMap { Int($0) } }

  var text: String {
    (isDistinct ? "distinct " : "") + "!\(kind)(" + fields.map { "\($0.name): \($0.value)" }.joined(separator: ", ")
      + ")"
  }
}
