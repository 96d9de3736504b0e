/// A port, or consecutive ports, as Calico's settings have them.
public struct PortSpan: Hashable, Sendable, CustomStringConvertible {
  /// 1 to 65535, and not above `last`.
  public var first: UInt16
  public var last: UInt16

  /// Nil unless 1 ≤ first ≤ last.
  public init?(first: UInt16, last: UInt16) {
    guard first > 0, first <= last else { return nil }
    self.first = first
    self.last = last
  }

  private init(_ range: ClosedRange<UInt16>) {
    first = range.lowerBound
    last = range.upperBound
  }

  /// Calico's default for `bpfPSNATPorts`.
  public static let sourceTranslation = PortSpan(20000...29999)

  /// How many ports there are.
  public var count: UInt16 { last - first + 1 }

  /// "20000:29999", or one port.
  public var description: String { first == last ? "\(first)" : "\(first):\(last)" }
}

extension PortSpan {
  /// 20000, "20000", "20000:29999" or "20000-29999"; nil for anything else.
  public init?(_ value: FieldValue) {
    switch value {
    case .int(let number):
      guard let port = UInt16(exactly: number) else { return nil }
      self.init(first: port, last: port)
    case .string(let text):
      let ends = text.split(omittingEmptySubsequences: false) { $0 == ":" || $0 == "-" }
        .map { $0.utf8.allSatisfy { (48...57).contains($0) } ? UInt16($0) : nil }
      guard ends.count <= 2, let first = ends.first.flatMap({ $0 }), let last = ends.last.flatMap({ $0 }) else {
        return nil
      }
      self.init(first: first, last: last)
    default: return nil
    }
  }
}
