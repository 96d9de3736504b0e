/// Why text is no selector, or why a label's test cannot be one.
public struct SelectorError: Error, Hashable, Sendable {
  /// Where in the text it was noticed, in bytes of UTF-8 from 0; nil where it is not about a place.
  public let offset: Int?
  /// Counted in Unicode scalars from 1; nil where it is not about a place.
  public let column: Int?
  /// A sentence without its place: `the value's closing " is missing`.
  public let reason: String

  init(_ reason: String) {
    offset = nil
    column = nil
    self.reason = reason
  }

  init(_ reason: String, at offset: Int, in bytes: [UInt8]) {
    self.offset = offset
    column = Self.column(of: offset, in: bytes)
    self.reason = reason
  }

  /// Scalars before `offset`, and one: bytes that begin one, in UTF-8.
  static func column(of offset: Int, in bytes: [UInt8]) -> Int {
    1 + bytes.prefix(offset).count { $0 & 0xc0 != 0x80 }
  }
}

extension SelectorError: CustomStringConvertible {
  public var description: String { column.map { "column \($0): \(reason)" } ?? reason }
}
