import Foundation

/// Tells step by step how far a command is, with times: a line that moves at a terminal, plain lines elsewhere.
public final class Progress: Sendable {
  private let isTerminal: Bool
  private let write: @Sendable (String) -> Void

  /// To standard output.
  public convenience init() {
    self.init(isTerminal: isatty(STDOUT_FILENO) == 1) { text in
      FileHandle.standardOutput.write(Data(text.utf8))
    }
  }

  init(isTerminal: Bool, write: @escaping @Sendable (String) -> Void) {
    self.isTerminal = isTerminal
    self.write = write
  }

  /// Carries out a step; says when it begins (at a terminal), and how long it took.
  ///
  /// - Parameter body: gives a remark for the end of the line, nil for none.
  public func step(_ title: String, _ body: () async throws -> String?) async throws {
    let start = ContinuousClock.now
    let ticker = isTerminal ? startTicker(title, since: start) : nil
    let outcome: Result<String?, any Error>
    do { outcome = .success(try await body()) } catch { outcome = .failure(error) }
    ticker?.cancel()
    await ticker?.value
    let time = Self.seconds(ContinuousClock.now - start)
    let back = isTerminal ? "\r\u{1b}[K" : ""
    switch outcome {
    case .success(let remark): write("\(back)\(time)  \(title)\(remark.map { ": \($0)" } ?? "")\n")
    case .failure(let error):
      write("\(back)\(time)  \(title): failed\n")
      throw error
    }
  }

  private func startTicker(_ title: String, since start: ContinuousClock.Instant) -> Task<Void, Never> {
    Task { [write] in
      while !Task.isCancelled {
        write("\r\u{1b}[K\(Self.seconds(ContinuousClock.now - start))  \(title) …")
        try? await Task.sleep(for: .milliseconds(100))
      }
    }
  }

  /// "   1.2 s", eight characters for anything under a day.
  static func seconds(_ duration: Duration) -> String {
    let tenths = Int((Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18) * 10)
    let text = "\(tenths / 10).\(tenths % 10) s"
    return String(repeating: " ", count: max(0, 8 - text.count)) + text
  }

  /// A line that is no step.
  public func say(_ text: String) { write(text + "\n") }
}
