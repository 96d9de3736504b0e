/// Text that is equal only byte by byte. `String` takes canonically equivalent text for equal (the Kelvin sign for a K), and what
/// a policy says must not hold for a label that only looks alike.
struct ExactText: Hashable, Sendable {
  let string: String

  init(_ string: String) { self.string = string }

  static func == (left: ExactText, right: ExactText) -> Bool {
    left.string == right.string && left.string.utf8.elementsEqual(right.string.utf8)
  }

  // Equal bytes have equal hashes whatever else `String` takes for equal.
  func hash(into hasher: inout Hasher) { hasher.combine(string) }
}

extension ExactText: Comparable {
  static func < (left: ExactText, right: ExactText) -> Bool {
    left.string.utf8.lexicographicallyPrecedes(right.string.utf8)
  }
}

extension ExactText {
  func starts(with part: ExactText) -> Bool { string.utf8.starts(with: part.string.utf8) }

  func ends(with part: ExactText) -> Bool { string.utf8.reversed().starts(with: part.string.utf8.reversed()) }

  func contains(_ part: ExactText) -> Bool {
    let wanted = part.string.utf8
    var rest = string.utf8[...]
    while rest.count >= wanted.count {
      if rest.starts(with: wanted) { return true }
      if rest.popFirst() == nil { return false }
    }
    return false
  }
}
