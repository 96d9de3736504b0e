/// A link-layer address: 6 bytes on Ethernet, other counts on other links (4 on an IP tunnel).
public struct HardwareAddress: Hashable, Sendable {
  /// The bytes in the order in which they stand in a frame.
  public let bytes: [UInt8]

  public init(bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

  /// An Ethernet address.
  public init(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8, _ e: UInt8, _ f: UInt8) { bytes = [a, b, c, d, e, f] }
}

extension HardwareAddress: LosslessStringConvertible {
  /// From "ee:ee:ee:ee:ee:ee"; nil if a part is not one or two hexadecimal digits.
  public init?(_ text: String) {
    var bytes: [UInt8] = []
    for part in text.split(separator: ":", omittingEmptySubsequences: false) {
      guard (1...2).contains(part.utf8.count), part.allSatisfy(\.isHexDigit), let byte = UInt8(part, radix: 16) else {
        return nil
      }
      bytes.append(byte)
    }
    self.init(bytes: bytes)
  }

  public var description: String { bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":") }
}
