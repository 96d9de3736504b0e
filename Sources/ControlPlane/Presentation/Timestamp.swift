import Foundation

/// RFC 3339 timestamps in UTC.
enum Timestamp {
  /// To the second, as metav1.Time writes them.
  static func text(_ date: Date) -> String { date.formatted(.iso8601) }

  static func text(secondsSinceEpoch seconds: Int64) -> String {
    text(Date(timeIntervalSince1970: TimeInterval(seconds)))
  }

  /// To the microsecond, as metav1.MicroTime writes them.
  static func microseconds(_ date: Date) -> String {
    let whole = date.timeIntervalSince1970.rounded(.down)
    let fraction = Int(((date.timeIntervalSince1970 - whole) * 1_000_000).rounded(.down))
    let digits = String(fraction)
    let padded = String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    return String(text(Date(timeIntervalSince1970: whole)).dropLast()) + ".\(padded)Z"
  }

  /// Reads a timestamp with or without a fraction of a second; nil when it is none.
  static func parse(_ text: String) -> Date? {
    if let date = try? Date(text, strategy: .iso8601) { return date }
    return try? Date(text, strategy: .iso8601.time(includingFractionalSeconds: true))
  }
}
