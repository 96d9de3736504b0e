/// A call instruction.
struct IRCall {
  /// `%7`, if the result is used.
  var result: String?
  var signature: IRSignature

  /// Reads a line of a body; nil when it is no call.
  init?(line: String) {
    guard let call = line.range(of: "call ") else { return nil }
    let head = line[..<call.lowerBound]
    if let equals = head.range(of: " = ") {
      result = head[..<equals.lowerBound].trimmed
      guard Self.isMarker(head[equals.upperBound...]) else { return nil }
    } else {
      guard Self.isMarker(head) else { return nil }
    }
    guard let signature = IRSignature(parsing: String(line[call.upperBound...])) else { return nil }
    self.signature = signature
  }

  /// The line; tail marks are gone, clang finds out for itself.
  var line: String { "  " + (result.map { "\($0) = " } ?? "") + "call " + signature.text }

  /// The metadata behind the call, with its comma: `, !dbg !7`.
  var debug: String { signature.suffix.range(of: ", !dbg").map { String(signature.suffix[$0.lowerBound...]) } ?? "" }

  private static func isMarker(_ text: some StringProtocol) -> Bool {
    ["", "tail", "notail", "musttail"].contains(text.trimmed)
  }
}
