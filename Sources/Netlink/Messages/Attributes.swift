/// One attribute of a message (`struct nlattr`): a type and a value.
struct Attribute: Hashable, Sendable {
  /// The type, without the flags "nested" and "network byte order".
  let type: UInt16
  /// The value, without padding.
  let value: ArraySlice<UInt8>

  /// The value as a number in host byte order; nil if the value is shorter than that number.
  func number<Number: FixedWidthInteger>(_: Number.Type = Number.self) -> Number? {
    guard value.count >= MemoryLayout<Number>.size else { return nil }
    return value.withUnsafeBytes { $0.loadUnaligned(as: Number.self) }
  }

  /// The value as text up to its first NUL; bytes that are not UTF-8 become U+FFFD.
  var text: String { String(decoding: value.prefix { $0 != 0 }, as: UTF8.self) }

  /// The value as an IP address; nil if it has neither 4 nor 16 bytes.
  var address: InetAddress? { InetAddress(bytes: value) }

  /// The value as a list of attributes.
  func nested() throws(MalformedMessage) -> [Attribute] { try Attribute.list(in: value) }

  /// Splits bytes into attributes.
  ///
  /// - Throws: `MalformedMessage` if a length is below 4 or reaches past the end. Up to 3 bytes after the last
  ///   attribute are taken as padding, as the kernel does.
  static func list(in bytes: ArraySlice<UInt8>) throws(MalformedMessage) -> [Attribute] {
    var attributes: [Attribute] = []
    var rest = bytes
    while rest.count >= 4 {
      var reader = ByteReader(rest)
      let length = Int(try reader.read(UInt16.self))
      let type = try reader.read(UInt16.self)
      guard length >= 4, length <= rest.count else {
        throw MalformedMessage("attribute \(type & 0x3fff) says it has \(length) bytes, \(rest.count) are left")
      }
      attributes.append(Attribute(type: type & 0x3fff, value: rest.prefix(length).dropFirst(4)))
      rest = rest.dropFirst((length + 3) & ~3)
    }
    return attributes
  }
}
