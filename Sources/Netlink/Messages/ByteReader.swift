/// Reads the fixed part of a message front to back; a message that is too short is an error, never a trap.
struct ByteReader {
  private(set) var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  /// The next number, in host byte order.
  mutating func read<Number: FixedWidthInteger>(_: Number.Type = Number.self) throws(MalformedMessage) -> Number {
    let value = try readBytes(MemoryLayout<Number>.size)
    return value.withUnsafeBytes { $0.loadUnaligned(as: Number.self) }
  }

  /// The next `count` bytes.
  mutating func readBytes(_ count: Int) throws(MalformedMessage) -> ArraySlice<UInt8> {
    guard rest.count >= count else {
      throw MalformedMessage("\(count) bytes expected, \(rest.count) are left")
    }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  /// Passes over padding or a field of no interest.
  mutating func skip(_ count: Int) throws(MalformedMessage) { _ = try readBytes(count) }
}

/// A message from the kernel that does not read as its type says.
struct MalformedMessage: Error, Hashable {
  let explanation: String

  init(_ explanation: String) { self.explanation = explanation }
}
