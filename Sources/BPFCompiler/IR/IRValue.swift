/// A typed value as it stands among parameters and arguments: `ptr noundef nonnull %0`, `i32 5`.
///
/// Parameter attributes are hints for other targets' calling conventions and for alias analysis; none is kept.
struct IRValue: Hashable {
  var type: String
  /// Empty for a parameter without a name.
  var value: String

  init(type: String, value: String) {
    self.type = type
    self.value = value
  }

  init(parsing text: String) {
    let tokens = Tokens.spaceSeparated(text)
    type = tokens.first ?? ""
    var rest = tokens.dropFirst()
    while let token = rest.first, Self.isAttribute(token) {
      rest.removeFirst()
      if token == "align" { rest.removeFirst() }
    }
    value = rest.joined(separator: " ")
  }

  var text: String { value.isEmpty ? type : "\(type) \(value)" }

  /// Machine words it takes when passed in registers.
  var words: Int { type == "i128" ? 2 : 1 }

  private static func isAttribute(_ token: String) -> Bool {
    let word = String(token.prefix { $0 != "(" })
    return attributes.contains(word) && (token == word || bracketed.contains(word))
  }

  private static let bracketed: Set = [
    "align", "captures", "dereferenceable", "dereferenceable_or_null", "initializes", "nofpclass", "range", "sret",
  ]

  private static let attributes: Set = bracketed.union([
    "allocalign", "allocptr", "dead_on_return", "dead_on_unwind", "immarg", "inreg", "nest", "noalias", "nocapture",
    "nofree", "nonnull", "noundef", "readnone", "readonly", "returned", "signext", "swiftasync", "swifterror",
    "swiftself", "writable", "writeonly", "zeroext",
  ])
}
