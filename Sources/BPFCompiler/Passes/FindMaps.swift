/// Marks the global variables that describe maps.
struct FindMaps: Pass {
  func run(on module: inout IRModule, diagnostics: inout [Diagnostic]) {
    for i in module.globals.indices where Self.isVariable(module.globals[i]) {
      module.globals[i].map = MapDefinition(initialValue: module.globals[i].contents)
    }
  }

  /// Swift's mangling ends in `vp` for a variable, `vpZ` for a static one.
  private static func isVariable(_ global: IRGlobal) -> Bool {
    !global.isConstant && (global.name.hasSuffix("vp") || global.name.hasSuffix("vpZ"))
  }
}
