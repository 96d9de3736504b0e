/// Writes Prometheus' text exposition format, version 0.0.4.
struct MetricsText {
  enum Kind: String {
    case counter
    case gauge
    case summary
  }

  private(set) var text = ""

  /// A metric without labels.
  mutating func metric(_ name: String, _ kind: Kind, _ help: String, _ value: Double) {
    family(name, kind, help, [([:], value)])
  }

  /// A metric with labels; the samples are written in the order of their labels.
  mutating func family(
    _ name: String, _ kind: Kind, _ help: String, _ samples: [(labels: [String: String], value: Double)]
  ) {
    head(name, kind, help)
    let lines = samples.map { "\(name)\(Self.labels($0.labels)) \(Self.number($0.value))\n" }
    text += lines.sorted().joined()
  }

  mutating func summary(_ name: String, _ help: String, _ summary: Summary) {
    head(name, .summary, help)
    text += "\(name)_sum \(Self.number(summary.sum))\n\(name)_count \(summary.count)\n"
  }

  private mutating func head(_ name: String, _ kind: Kind, _ help: String) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
  }

  private static func labels(_ labels: [String: String]) -> String {
    if labels.isEmpty { return "" }
    let pairs = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\"\(escape($0.value))\"" }
    return "{\(pairs.joined(separator: ","))}"
  }

  private static func escape(_ value: String) -> String {
    value.reduce(into: "") { text, character in
      switch character {
      case "\\": text += "\\\\"
      case "\"": text += "\\\""
      case "\n": text += "\\n"
      default: text.append(character)
      }
    }
  }

  /// Whole numbers without a fraction.
  private static func number(_ value: Double) -> String {
    Int64(exactly: value).map { "\($0)" } ?? "\(value)"
  }
}
