import CalicoAPI

/// Reads JSON text (RFC 8259).
///
/// A library's decoder would do for a fixed type; documents of any shape need integers kept apart from doubles and
/// duplicate fields named, because `kubectl --validate=strict` promises that.
struct JSONParser {
  struct SyntaxError: Error, Equatable {
    var message: String
    /// Bytes from the start of the text.
    var offset: Int
  }

  /// Deeper documents are refused, so that a hostile body cannot exhaust the stack.
  static let maximumDepth = 256

  private let bytes: [UInt8]
  private var index = 0
  private var path: [String] = []
  /// Paths of the fields that appear twice in an object, in the order found.
  private(set) var duplicateFields: [String] = []

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  static func parse(_ bytes: some Sequence<UInt8>) throws(SyntaxError) -> JSON {
    try parseReportingDuplicates(bytes).value
  }

  static func parseReportingDuplicates(
    _ bytes: some Sequence<UInt8>
  ) throws(SyntaxError) -> (value: JSON, duplicateFields: [String]) {
    var parser = JSONParser(Array(bytes))
    let value = try parser.value(depth: 0)
    parser.skipWhitespace()
    guard parser.index == parser.bytes.count else { throw parser.error("unexpected text after the document") }
    return (value, parser.duplicateFields)
  }

  private func error(_ message: String) -> SyntaxError { SyntaxError(message: message, offset: index) }

  private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

  private mutating func skipWhitespace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
  }

  private mutating func value(depth: Int) throws(SyntaxError) -> JSON {
    guard depth < Self.maximumDepth else { throw error("nested deeper than \(Self.maximumDepth) levels") }
    skipWhitespace()
    switch current {
    case UInt8(ascii: "{"): return try objectValue(depth: depth)
    case UInt8(ascii: "["): return try arrayValue(depth: depth)
    case UInt8(ascii: "\""): return .string(try stringValue())
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    case .some(let byte) where byte == UInt8(ascii: "-") || NameRule.isDigit(byte): return try number()
    case .some(let byte): throw error("invalid character '\(Character(UnicodeScalar(byte)))' looking for a value")
    case .none: throw error("unexpected end of JSON input")
    }
  }

  private mutating func literal(_ text: StaticString, _ value: JSON) throws(SyntaxError) -> JSON {
    let expected = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    guard bytes[index...].starts(with: expected) else { throw error("invalid literal, expected '\(text)'") }
    index += expected.count
    return value
  }

  private mutating func objectValue(depth: Int) throws(SyntaxError) -> JSON {
    index += 1
    var members: [String: JSON] = [:]
    skipWhitespace()
    if current == UInt8(ascii: "}") {
      index += 1
      return .object(members)
    }
    while true {
      skipWhitespace()
      guard current == UInt8(ascii: "\"") else { throw error("expected a field name in quotes") }
      let key = try stringValue()
      skipWhitespace()
      guard current == UInt8(ascii: ":") else { throw error("expected ':' after field name \"\(key)\"") }
      index += 1
      path.append(path.isEmpty ? key : ".\(key)")
      if members[key] != nil { duplicateFields.append(path.joined()) }
      members[key] = try value(depth: depth + 1)
      path.removeLast()
      guard try continues(until: UInt8(ascii: "}")) else { return .object(members) }
    }
  }

  private mutating func arrayValue(depth: Int) throws(SyntaxError) -> JSON {
    index += 1
    var elements: [JSON] = []
    skipWhitespace()
    if current == UInt8(ascii: "]") {
      index += 1
      return .array(elements)
    }
    while true {
      path.append("[\(elements.count)]")
      elements.append(try value(depth: depth + 1))
      path.removeLast()
      guard try continues(until: UInt8(ascii: "]")) else { return .array(elements) }
    }
  }

  /// After an element: true behind a comma, false behind the closing bracket.
  private mutating func continues(until closing: UInt8) throws(SyntaxError) -> Bool {
    skipWhitespace()
    guard let byte = current else { throw error("unexpected end of JSON input") }
    guard byte == closing || byte == UInt8(ascii: ",") else {
      throw error("expected ',' or '\(Character(UnicodeScalar(closing)))'")
    }
    index += 1
    return byte != closing
  }

  private mutating func number() throws(SyntaxError) -> JSON {
    let start = index
    var isInteger = true
    scan: while let byte = current {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): break
      case UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): isInteger = false
      default: break scan
      }
      index += 1
    }
    let text = String(decoding: bytes[start..<index], as: UTF8.self)
    if isInteger, let value = Int64(text) { return .int(value) }
    guard let value = Double(text), value.isFinite else {
      index = start
      throw error("invalid number '\(text)'")
    }
    return .double(value)
  }

  private mutating func stringValue() throws(SyntaxError) -> String {
    index += 1
    let start = index
    while let byte = current, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { index += 1 }
    var text = Array(bytes[start..<index])
    while let byte = current {
      index += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else { throw error("invalid UTF-8 in string") }
        return string
      case UInt8(ascii: "\\"): text.append(contentsOf: try escape())
      case 0..<0x20: throw error("control character in string")
      default: text.append(byte)
      }
    }
    throw error("unexpected end of JSON input")
  }

  private mutating func escape() throws(SyntaxError) -> [UInt8] {
    guard let byte = current else { throw error("unexpected end of JSON input") }
    index += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"): return Array(String(Character(try unicodeScalar())).utf8)
    default: throw error("invalid escape in string")
    }
  }

  private mutating func unicodeScalar() throws(SyntaxError) -> UnicodeScalar {
    let first = try hexDigits()
    guard (0xD800...0xDBFF).contains(first) else { return UnicodeScalar(first) ?? "\u{FFFD}" }
    guard bytes[index...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) else { return "\u{FFFD}" }
    index += 2
    let second = try hexDigits()
    guard (0xDC00...0xDFFF).contains(second) else { return "\u{FFFD}" }
    return UnicodeScalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) ?? "\u{FFFD}"
  }

  private mutating func hexDigits() throws(SyntaxError) -> UInt32 {
    guard index + 4 <= bytes.count,
      let value = UInt32(String(decoding: bytes[index..<index + 4], as: UTF8.self), radix: 16)
    else { throw error("invalid \\u escape in string") }
    index += 4
    return value
  }
}
