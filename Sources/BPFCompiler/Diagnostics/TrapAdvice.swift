/// What to tell about a trap, by the name that swiftc gives it.
enum TrapAdvice {
  /// `reason` is the text behind "Swift runtime failure: ", if it is known.
  static func sentence(for reason: String?) -> String {
    guard let reason else { return "this can trap, \(rule); rule it out with a guard, or use &+ &- &* and masks" }
    return "\(reason): this can trap, \(rule); \(advice(reason))"
  }

  private static let rule = "which a program in the kernel must not"

  private static func advice(_ reason: String) -> String {
    let word = reason.lowercased()
    for (part, advice) in known where word.contains(part) { return advice }
    return "rule it out with a guard"
  }

  private static let known = [
    ("nil while unwrapping", "unwrap with guard let"),
    ("division by zero", "guard that the divisor is not 0"),
    ("remainder operation", "guard that the divisor is not 0"),
    ("not enough bits", "convert with truncatingIfNeeded:"),
    ("negative value", "convert with truncatingIfNeeded:"),
    ("out of range", "mask the index, or guard that it is in range"),
    ("out of bounds", "mask the index, or guard that it is in range"),
    ("lowerbound <= upperbound", "loop over a literal range, or use while"),
    ("overflow", "use &+ &- &*"),
  ]
}
