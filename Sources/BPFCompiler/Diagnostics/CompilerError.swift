/// Why a compilation ended without an object.
public enum CompilerError: Error, Sendable {
  /// A command line that says nothing sensible; the sentence says what to change.
  case usage(String)
  /// A tool that is not there, cannot be started, or has a version that was not tried.
  case toolchain(String)
  /// A file that cannot be read or written.
  case file(path: String, reason: String)
  /// A tool refused its input; its own words have been passed on.
  case toolFailed(tool: String, output: String)
  /// What was refused, each at its line.
  case refused([Diagnostic])
  /// swiftc printed IR of a form that this version of the driver does not know.
  case unreadableIR(String)
  /// An object file that cannot be what clang wrote.
  case unreadableObject(String)
}

extension CompilerError {
  /// What is printed, whole lines.
  public func text(root: String?) -> String {
    switch self {
    case .usage(let sentence), .toolchain(let sentence): "error: bpfc: \(sentence)"
    case .file(let path, let reason): "error: bpfc: \(path): \(reason)"
    case .toolFailed(let tool, let output): output.isEmpty ? "error: bpfc: \(tool) failed and said nothing" : output
    case .refused(let diagnostics): diagnostics.map { $0.text(root: root) }.joined(separator: "\n")
    case .unreadableIR(let line):
      "error: bpfc: cannot read this line of swiftc's IR; use a toolchain that was tried, or teach IRReader: \(line)"
    case .unreadableObject(let reason): "error: bpfc: the object that clang wrote is damaged: \(reason)"
    }
  }
}
