/// Errors of clang's BPF backend, which it prints in a form of its own:
/// `error: Sources/File.swift:8:13: in function name i32 (ptr): message`.
enum ClangDiagnostics {
  /// What was said, at Swift's lines. `functions` are the places of functions by their names, for errors that have no
  /// line. Empty when the output holds no such line.
  static func read(_ output: String, functions: [String: SourceLocation]) -> [Diagnostic] {
    var result: [Diagnostic] = []
    for line in output.split(separator: "\n") {
      guard line.hasPrefix("error: "), let marker = line.range(of: ": in function ") else { continue }
      let place = line.dropFirst("error: ".count)[..<marker.lowerBound]
      let rest = line[marker.upperBound...]
      let name = String(rest.prefix { $0 != " " })
      guard let colon = rest.range(of: "): ") else { continue }
      let message = reworded(String(rest[colon.upperBound...]))
      let diagnostic = Diagnostic(.error, at: location(String(place)) ?? functions[name], message)
      if !result.contains(diagnostic) { result.append(diagnostic) }
    }
    return result
  }

  /// `file:line:column`; nil when the line is 0.
  private static func location(_ text: String) -> SourceLocation? {
    let parts = text.split(separator: ":")
    guard parts.count == 3, let line = Int(parts[1]), let column = Int(parts[2]), line > 0, !parts[0].contains("<")
    else { return nil }
    return SourceLocation(file: String(parts[0]), line: line, column: column)
  }

  private static func reworded(_ message: String) -> String {
    if message.hasPrefix("Looks like the BPF stack limit is exceeded") {
      return "the local variables here take more than the 512 bytes of stack that the kernel gives a program; keep "
        + "large values in a per-CPU array map"
    }
    if let call = message.range(of: "A call to built-in function '") {
      return ObjectChecks.refusedRoutine(String(message[call.upperBound...].prefix { $0 != "'" }))
    }
    if message.hasPrefix("unsupported signed division") {
      return "BPF has no signed division before CPU v4 (Linux 6.6); divide unsigned numbers"
    }
    return message
  }
}
