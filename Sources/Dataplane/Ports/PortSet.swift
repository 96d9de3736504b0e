import CalicoAPI

/// A set of ports, 0 to 65535.
struct PortSet: Hashable, Sendable {
  /// Word w has the ports 64w to 64w + 63, the lowest in the lowest bit.
  private(set) var words: [UInt64]

  static let wordCount = 1024

  init() { words = [UInt64](repeating: 0, count: Self.wordCount) }

  init(_ span: PortSpan) {
    self.init()
    insert(span.first...span.last)
  }

  /// The words that are not empty, by their numbers; numbers that there are not are left out.
  init(words sparse: [UInt32: UInt64]) {
    self.init()
    for (number, word) in sparse where number < Self.wordCount { words[Int(number)] = word }
  }

  /// As the kernel writes and reads sets: "8080,9148-9200"; nil for anything else.
  init?(_ text: String) {
    self.init()
    for part in text.split(whereSeparator: { $0 == "," || $0 == "\n" || $0 == " " || $0 == "\t" }) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { UInt16($0) }
      guard ends.count <= 2, let first = ends.first.flatMap({ $0 }), let last = ends.last.flatMap({ $0 }),
        first <= last
      else { return nil }
      insert(first...last)
    }
  }

  /// The words that are not empty, by their numbers.
  var sparseWords: [UInt32: UInt64] {
    var sparse: [UInt32: UInt64] = [:]
    for (number, word) in words.enumerated() where word != 0 { sparse[UInt32(number)] = word }
    return sparse
  }

  func contains(_ port: UInt16) -> Bool { words[Int(port) / 64] & (1 << UInt64(port % 64)) != 0 }

  func union(_ other: PortSet) -> PortSet { combined(other) { $0 | $1 } }
  func subtracting(_ other: PortSet) -> PortSet { combined(other) { $0 & ~$1 } }

  private func combined(_ other: PortSet, _ operation: (UInt64, UInt64) -> UInt64) -> PortSet {
    var result = PortSet()
    for number in 0..<Self.wordCount { result.words[number] = operation(words[number], other.words[number]) }
    return result
  }

  private mutating func insert(_ ports: ClosedRange<UInt16>) {
    for port in ports { words[Int(port) / 64] |= 1 << UInt64(port % 64) }
  }
}

extension PortSet: CustomStringConvertible {
  /// As the kernel writes it; empty for none.
  var description: String {
    var ranges: [ClosedRange<UInt16>] = []
    for port in UInt16.min...UInt16.max where contains(port) {
      if let last = ranges.last, last.upperBound == port - 1 {
        ranges[ranges.count - 1] = last.lowerBound...port
      } else {
        ranges.append(port...port)
      }
    }
    return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
      .joined(separator: ",")
  }
}
