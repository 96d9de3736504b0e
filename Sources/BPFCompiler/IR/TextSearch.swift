import Glibc

// LLVM prints its IR as ASCII. These searches work on bytes with memchr, so that the driver is quick in debug builds too.

extension StringProtocol {
  /// Where `needle` first occurs at or after `start`.
  func range(of needle: StaticString, from start: Index? = nil) -> Range<Index>? {
    let skipped = start.map { utf8.distance(from: startIndex, to: $0) } ?? 0
    let found = utf8.withContiguousStorageIfAvailable { text -> Int? in
      offset(of: needle, in: text, from: skipped)
    }
    guard let offset = found ?? nil else { return nil }
    let lower = utf8.index(startIndex, offsetBy: offset)
    return lower..<utf8.index(lower, offsetBy: needle.utf8CodeUnitCount)
  }

  /// Whether `needle` occurs anywhere.
  func has(_ needle: StaticString) -> Bool { range(of: needle) != nil }

  /// Where the byte `needle` first occurs.
  func index(ofByte needle: UInt8) -> Index? { utf8.firstIndex(of: needle) }

  /// The text without leading and trailing spaces.
  var trimmed: String {
    var bytes = Substring(self).utf8
    while bytes.first == UInt8(ascii: " ") { bytes.removeFirst() }
    while bytes.last == UInt8(ascii: " ") { bytes.removeLast() }
    return String(Substring(bytes))
  }

  /// The text with every `needle` exchanged for `replacement`.
  func replacing(_ needle: StaticString, with replacement: String) -> String {
    var result = ""
    var rest = startIndex
    while let hit = range(of: needle, from: rest) {
      result += self[rest..<hit.lowerBound]
      result += replacement
      rest = hit.upperBound
    }
    return result + self[rest...]
  }
}

/// Offset of `needle` in `text`, searched for with memchr and memcmp.
private func offset(of needle: StaticString, in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
  guard let base = text.baseAddress else { return nil }
  let length = needle.utf8CodeUnitCount
  var at = start
  while at + length <= text.count {
    guard let hit = memchr(base + at, Int32(needle.utf8Start[0]), text.count - length + 1 - at) else { return nil }
    at = UnsafeRawPointer(hit) - UnsafeRawPointer(base)
    if memcmp(base + at, needle.utf8Start, length) == 0 { return at }
    at += 1
  }
  return nil
}

extension UInt8 {
  /// 0 to 9.
  var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
  /// A letter of ASCII.
  var isLetter: Bool { (self | 0x20) >= UInt8(ascii: "a") && (self | 0x20) <= UInt8(ascii: "z") }
  /// What a plain C identifier is made of.
  var isIdentifier: Bool { isDigit || isLetter || self == UInt8(ascii: "_") }
}
