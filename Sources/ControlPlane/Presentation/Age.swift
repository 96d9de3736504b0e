import Foundation

/// Spans of time in kubectl's short form: "45s", "3m12s", "5h", "12d", "2y".
enum Age {
  /// The time since a timestamp; "<unknown>" without one.
  static func text(of timestamp: JSON?, now: Date) -> String {
    guard let text = timestamp?.string, let date = Timestamp.parse(text) else { return "<unknown>" }
    return self.text(seconds: Int(now.timeIntervalSince(date).rounded(.down)))
  }

  /// Two units at most, with less precision the longer the span is.
  static func text(seconds: Int) -> String {
    if seconds < -1 { return "<invalid>" }
    if seconds < 0 { return "0s" }
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400)
    switch seconds {
    case ..<120: return "\(seconds)s"
    case ..<600: return pair(minutes, "m", seconds % 60, "s")
    case ..<10_800: return "\(minutes)m"
    case ..<28_800: return pair(hours, "h", minutes % 60, "m")
    case ..<172_800: return "\(hours)h"
    case ..<691_200: return pair(days, "d", hours % 24, "h")
    case ..<63_072_000: return "\(days)d"
    case ..<252_288_000: return pair(days / 365, "y", days % 365, "d")
    default: return "\(days / 365)y"
    }
  }

  private static func pair(_ large: Int, _ largeUnit: String, _ small: Int, _ smallUnit: String) -> String {
    small == 0 ? "\(large)\(largeUnit)" : "\(large)\(largeUnit)\(small)\(smallUnit)"
  }
}
