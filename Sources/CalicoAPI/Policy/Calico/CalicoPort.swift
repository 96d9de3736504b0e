/// A port as Calico's rules write it: 80, "8000:8080", or a name. What makes no sense is kept, and means nothing.
public struct CalicoPort: Hashable, Sendable {
  public enum Meaning: Hashable, Sendable {
    /// Port numbers in the host's byte order, both ends included.
    case range(ClosedRange<UInt16>)
    /// Ports of endpoints that call them so.
    case named(String)
  }

  let text: NumberOrString

  public init(_ number: UInt16) { text = .number(Int64(number)) }
  public init(_ text: String) { self.text = .string(text) }

  /// Nil where this is no port.
  public var meaning: Meaning? {
    switch text {
    case .number(let value): UInt16(exactly: value).map { .range($0...$0) }
    case .string(let text): Self.meaning(of: text)
    }
  }

  private static func meaning(of text: String) -> Meaning? {
    let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    if parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(isDigit) }) {
      let numbers = parts.compactMap { UInt16(String(Substring($0))) }
      guard numbers.count == parts.count, let first = numbers.first, let last = numbers.last, first <= last else {
        return nil
      }
      return .range(first...last)
    }
    return (1...128).contains(text.utf8.count) && text.utf8.allSatisfy(isNameByte) ? .named(text) : nil
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    isDigit(byte) || (65...90).contains(byte) || (97...122).contains(byte) || Array("_.-".utf8).contains(byte)
  }
}

extension CalicoPort: Codable, CustomStringConvertible, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
  public init(from decoder: any Decoder) throws { text = try NumberOrString(from: decoder) }
  public func encode(to encoder: any Encoder) throws { try text.encode(to: encoder) }
  public init(stringLiteral value: String) { self.init(value) }
  public init(integerLiteral value: UInt16) { self.init(value) }

  public var description: String { text.description }
}
