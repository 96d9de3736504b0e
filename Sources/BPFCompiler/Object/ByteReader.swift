/// Little-endian numbers and strings at offsets of a buffer; reading outside of it is an error.
struct ByteReader {
  let bytes: [UInt8]

  func number<T: FixedWidthInteger>(_ type: T.Type, at offset: Int) throws(CompilerError) -> Int {
    guard offset >= 0, offset <= bytes.count - T.bitWidth / 8 else {
      throw .unreadableObject("something points to offset \(offset), the file has \(bytes.count) bytes")
    }
    var value: UInt64 = 0
    for i in (0..<T.bitWidth / 8).reversed() { value = value << 8 | UInt64(bytes[offset + i]) }
    // No offset or size in a file comes near this, and sums of such numbers cannot overflow.
    guard value < 1 << 48 else { throw .unreadableObject("the number at offset \(offset) is out of range") }
    return Int(value)
  }

  /// The text up to the next zero byte.
  func string(at offset: Int) throws(CompilerError) -> String {
    guard offset >= 0, offset < bytes.count else {
      throw .unreadableObject("a name lies at offset \(offset), the file has \(bytes.count) bytes")
    }
    return String(decoding: bytes[offset...].prefix { $0 != 0 }, as: UTF8.self)
  }
}
