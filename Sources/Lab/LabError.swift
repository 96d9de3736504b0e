/// Something the lab could not do: one sentence that says what and where, and one that says what to do about it.
public struct LabError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What went wrong, and where.
  public let problem: String
  /// What the user can do about it; nil if the problem says so already.
  public let advice: String?

  public init(_ problem: String, advice: String? = nil) {
    self.problem = problem
    self.advice = advice
  }

  public var description: String {
    guard let advice else { return problem }
    return "\(problem)\n\(advice)"
  }
}
