/// Splitting of IR text at places where no bracket and no quotation mark is open.
enum Tokens {
  /// The pieces between top-level commas, trimmed.
  static func commaSeparated(_ text: some StringProtocol) -> [String] {
    split(text, at: UInt8(ascii: ",")).map(\.trimmed).filter { !$0.isEmpty }
  }

  /// The pieces between top-level spaces.
  static func spaceSeparated(_ text: some StringProtocol) -> [String] {
    split(text, at: UInt8(ascii: " ")).filter { !$0.isEmpty }.map(String.init)
  }

  /// The bracket that closes the one at `open`, or nil when the text ends first.
  static func closing(_ open: String.Index, in text: String) -> String.Index? {
    var depth = 0
    var quoted = false
    var i = open
    while i < text.utf8.endIndex {
      let byte = text.utf8[i]
      if byte == UInt8(ascii: "\"") { quoted.toggle() }
      if !quoted { depth += nesting(byte) }
      if depth == 0 { return i }
      i = text.utf8.index(after: i)
    }
    return nil
  }

  private static func split(_ text: some StringProtocol, at separator: UInt8) -> [Substring] {
    let text = Substring(text)
    var pieces: [Substring] = []
    var depth = 0
    var quoted = false
    var start = text.utf8.startIndex
    var i = start
    while i < text.utf8.endIndex {
      let byte = text.utf8[i]
      if byte == UInt8(ascii: "\"") { quoted.toggle() }
      if !quoted {
        depth += nesting(byte)
        if byte == separator && depth == 0 {
          pieces.append(text[start..<i])
          start = text.utf8.index(after: i)
        }
      }
      i = text.utf8.index(after: i)
    }
    pieces.append(text[start...])
    return pieces
  }

  private static func nesting(_ byte: UInt8) -> Int {
    switch byte {
    case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: "<"): 1
    case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: ">"): -1
    default: 0
    }
  }
}
