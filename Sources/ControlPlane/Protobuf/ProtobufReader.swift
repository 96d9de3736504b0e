/// Reads the fields of a protobuf message in the order in which they come.
struct ProtobufReader {
  struct Malformed: Error, Equatable {}

  enum Value: Equatable {
    case varint(UInt64)
    case bytes([UInt8])
  }

  private let bytes: ArraySlice<UInt8>
  private var index: Int

  init(_ bytes: some Collection<UInt8>) {
    self.bytes = ArraySlice(Array(bytes))
    index = self.bytes.startIndex
  }

  /// The next field's number and value; nil at the end.
  mutating func next() throws(Malformed) -> (number: Int, value: Value)? {
    guard index < bytes.endIndex else { return nil }
    let key = try varint()
    let number = Int(truncatingIfNeeded: key >> 3)
    switch key & 7 {
    case 0: return (number, .varint(try varint()))
    case 1: return (number, .bytes(try take(8)))
    case 2: return (number, .bytes(try take(Int(clamping: try varint()))))
    case 5: return (number, .bytes(try take(4)))
    default: throw Malformed()
    }
  }

  private mutating func varint() throws(Malformed) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard index < bytes.endIndex else { throw Malformed() }
      let byte = bytes[index]
      index += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return value }
    }
    throw Malformed()
  }

  private mutating func take(_ count: Int) throws(Malformed) -> [UInt8] {
    guard count <= bytes.endIndex - index else { throw Malformed() }
    defer { index += count }
    return Array(bytes[index..<index + count])
  }
}
