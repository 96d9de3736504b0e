/// Bounds-checked little-endian reads; whatever the bytes are, a read gives a value or an error, never a trap.
struct ByteReader: Sendable {
  let bytes: [UInt8]
  /// What the bytes are, for errors.
  let what: String

  func integer<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type, at offset: Int) throws(ObjectError) -> T {
    _ = try range(at: offset, count: MemoryLayout<T>.size)
    return bytes.withUnsafeBytes { T(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: type)) }
  }

  /// An offset or size, which must fit the host's Int.
  func size<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type, at offset: Int) throws(ObjectError) -> Int {
    guard let value = Int(exactly: try integer(type, at: offset)) else { throw truncated(at: offset) }
    return value
  }

  /// The range of `count` bytes at `offset`, which lies inside.
  func range(at offset: Int, count: Int) throws(ObjectError) -> Range<Int> {
    guard offset >= 0, count >= 0, count <= bytes.count, offset <= bytes.count - count else {
      throw truncated(at: offset)
    }
    return offset..<offset + count
  }

  func slice(at offset: Int, count: Int) throws(ObjectError) -> [UInt8] {
    Array(bytes[try range(at: offset, count: count)])
  }

  /// The zero-terminated string at `offset`.
  func string(at offset: Int) throws(ObjectError) -> String {
    guard offset >= 0, offset < bytes.count, let end = bytes[offset...].firstIndex(of: 0) else {
      throw truncated(at: offset)
    }
    return String(decoding: bytes[offset..<end], as: UTF8.self)
  }

  private func truncated(at offset: Int) -> ObjectError {
    ObjectError("\(what): something at byte \(offset) reaches past the end (\(bytes.count) bytes)")
  }
}
