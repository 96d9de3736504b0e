/// Reads a selector's text piece by piece; only space and tab stand between pieces.
struct SelectorScanner {
  let bytes: [UInt8]
  private(set) var offset = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  var isAtEnd: Bool { offset == bytes.count }

  func error(_ reason: String, at place: Int? = nil) -> SelectorError {
    SelectorError(reason, at: place ?? offset, in: bytes)
  }

  /// What is at the offset, to be named in an error.
  var found: String {
    guard !isAtEnd else { return "the end" }
    let rest = bytes[offset...]
    let length = 1 + rest.dropFirst().prefix { $0 & 0xc0 == 0x80 }.count
    let scalar = String(decoding: rest.prefix(length), as: UTF8.self)
    switch rest.first {
    case UInt8(ascii: "\""): return "'\"'"
    case .some(0..<0x20), 0x7f: return "a control character"
    default: return "\"\(scalar)\""
    }
  }

  mutating func skipSpace() {
    while offset < bytes.count, bytes[offset] == UInt8(ascii: " ") || bytes[offset] == UInt8(ascii: "\t") {
      offset += 1
    }
  }

  /// Skips space, then takes `piece` if it is next.
  mutating func take(_ piece: StaticString) -> Bool {
    skipSpace()
    let end = offset + piece.utf8CodeUnitCount
    guard end <= bytes.count else { return false }
    let isNext = piece.withUTF8Buffer { bytes[offset..<end].elementsEqual($0) }
    if isNext { offset = end }
    return isNext
  }

  /// Takes the words if they are next, with any space between them, and no more of a name after the last.
  mutating func take(words: StaticString...) -> Bool {
    let start = offset
    for word in words where !take(word) {
      offset = start
      return false
    }
    guard offset < bytes.count, Self.isNameByte(bytes[offset]) else { return true }
    offset = start
    return false
  }

  /// Skips space, then takes a label's name; empty where there is none.
  mutating func name() throws(SelectorError) -> String {
    skipSpace()
    let name = bytes[offset...].prefix(while: Self.isNameByte)
    guard name.count <= Selector.labelNameLimit else {
      throw error("the label's name has \(name.count) characters, at most \(Selector.labelNameLimit) are allowed")
    }
    offset = name.endIndex
    return String(decoding: name, as: UTF8.self)
  }

  /// Skips space, then takes a value in quotes; nil where there is no quote.
  mutating func value() throws(SelectorError) -> String? {
    skipSpace()
    guard let quote = bytes[offset...].first, Self.isQuote(quote) else { return nil }
    let rest = bytes[(offset + 1)...]
    guard let end = rest.firstIndex(of: quote) else {
      throw error("the value that begins here has no closing \(Character(Unicode.Scalar(quote)))")
    }
    offset = end + 1
    return String(decoding: rest[..<end], as: UTF8.self)
  }

  private static func isQuote(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") }

  /// A letter or digit of ASCII, or one of `_./-`.
  static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    // The point, the slash and the digits follow each other.
    case UInt8(ascii: "-")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
    default: false
    }
  }
}
