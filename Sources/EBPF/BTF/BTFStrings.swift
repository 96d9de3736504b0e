/// The string table of BTF: offsets stay what they were, new strings go to the end.
struct BTFStrings: Sendable, Hashable {
  private(set) var bytes: [UInt8]
  private var offsets: [String: UInt32]

  init() {
    bytes = [0]
    offsets = ["": 0]
  }

  /// A table as read; it must start with the empty string and end with a zero.
  init(_ bytes: [UInt8]) throws(ObjectError) {
    guard bytes.first == 0, bytes.last == 0 else { throw ObjectError("BTF: the string table is not terminated") }
    self.bytes = bytes
    offsets = [:]
    var start = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: 0) ?? bytes.count
      let text = String(decoding: bytes[start..<end], as: UTF8.self)
      if offsets[text] == nil { offsets[text] = UInt32(truncatingIfNeeded: start) }
      start = end + 1
    }
  }

  /// The string at `offset`; nil when that is outside.
  func string(at offset: UInt32) -> String? {
    let start = Int(offset)
    guard start < bytes.count, let end = bytes[start...].firstIndex(of: 0) else { return nil }
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }

  /// The offset of `text`, which is added where it is missing.
  mutating func intern(_ text: String) -> UInt32 {
    if let offset = offsets[text] { return offset }
    let offset = UInt32(truncatingIfNeeded: bytes.count)
    bytes += Array(text.utf8) + [0]
    offsets[text] = offset
    return offset
  }
}
