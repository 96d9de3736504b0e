@testable import BPFCompiler

/// Runs one pass over IR text.
enum PassRun {
  /// The module afterwards, and what was said.
  static func run(_ pass: some Pass, _ text: String) throws -> (module: IRModule, diagnostics: [Diagnostic]) {
    var module = try IRReader.read(text)
    var diagnostics: [Diagnostic] = []
    try pass.run(on: &module, diagnostics: &diagnostics)
    return (module, diagnostics)
  }

  /// The lines of the first function afterwards.
  static func lines(_ pass: some Pass, _ text: String) throws -> [String] {
    try run(pass, text).module.functions.first?.lines ?? []
  }
}
