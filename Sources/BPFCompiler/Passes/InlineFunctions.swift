/// Marks every function that is not `@inline(never)` as one to inline.
///
/// Swift's own inliner does not promise `@inline(__always)`; a subprogram that nobody asked for costs stack and hides
/// what the verifier knew about the arguments.
struct InlineFunctions: Pass {
  func run(on module: inout IRModule, diagnostics: inout [Diagnostic]) {
    for i in module.functions.indices where !module.functions[i].isProgram {
      let attributes = module.functions[i].attributes.flatMap { module.attributeGroups[$0] } ?? ""
      module.functions[i].isAlwaysInline = !Tokens.spaceSeparated(attributes).contains("noinline")
    }
  }
}
