/// Bytes that look random but are the same everywhere, so that a receiver can tell whether all arrived unchanged.
public struct SampleContent: Sendable {
  /// The state of Marsaglia's xorshift64 (Journal of Statistical Software 8, 14, 2003); never 0.
  private var state: UInt64 = 0x9e37_79b9_7f4a_7c15

  public init() {}

  /// The next eight bytes.
  private mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }

  /// The next `count` bytes, a multiple of 8 unless they are the last.
  public mutating func read(_ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, written in
      while written < count {
        var word = next().littleEndian
        withUnsafeBytes(of: &word) { bytes in
          for byte in bytes.prefix(count - written) {
            buffer[written] = byte
            written += 1
          }
        }
      }
    }
  }
}
