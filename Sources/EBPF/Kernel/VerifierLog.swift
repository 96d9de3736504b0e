/// What the verifier wrote while it looked at a program: kept whole, shown short.
public struct VerifierLog: Sendable, Hashable {
  /// All of it.
  public let text: String

  public init(_ text: String) { self.text = text }

  /// The last lines that say why, without the verifier's closing statistics; empty for an empty log.
  public var summary: String {
    let lines = text.split(separator: "\n").filter { line in
      !VerifierLog.statistics.contains { line.hasPrefix($0) }
    }
    return lines.suffix(VerifierLog.shownLines).joined(separator: "\n")
  }

  private static let shownLines = 4
  private static let statistics = ["processed ", "verification time ", "stack depth ", "func#"]
}
