/// Exchanges `undef` and `poison` for zero.
///
/// One that is left at code generation becomes a read of a register that nothing wrote, which the verifier refuses.
struct DefineUndefined: Pass {
  func run(on module: inout IRModule, diagnostics: inout [Diagnostic]) {
    for i in module.functions.indices { module.functions[i].lines = module.functions[i].lines.map(Self.defined) }
    for i in module.globals.indices { module.globals[i].contents = Self.defined(module.globals[i].contents) }
  }

  private static func defined(_ line: String) -> String {
    guard line.has(" undef") || line.has(" poison") else { return line }
    return line.replacing(" undef", with: " zeroinitializer").replacing(" poison", with: " zeroinitializer")
  }
}
