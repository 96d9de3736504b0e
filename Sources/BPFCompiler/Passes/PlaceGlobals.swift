/// Puts maps into `.maps`, load-time constants into `.rodata.config`, and makes the rest local to the object.
struct PlaceGlobals: Pass {
  func run(on module: inout IRModule, diagnostics: inout [Diagnostic]) {
    for i in module.globals.indices where module.globals[i].isDefinition {
      var global = module.globals[i]
      if global.map != nil {
        global.section = ".maps"
        // A map is what its type says (MapDescription); in memory it is as large as that struct of pointers can be.
        global.contents = "[8 x ptr] zeroinitializer"
        global.alignment = "8"
        global.markers = []
      } else if global.section == ".rodata" {
        if global.isConstant { diagnostics.append(Self.foldedConstant(global, in: module)) }
        // Apart from the constants that clang makes, so that the loader can patch these by name.
        global.section = ".rodata.config"
        global.markers = []
      } else {
        global.markers = global.section == nil ? ["internal"] : []
      }
      module.globals[i] = global
    }
  }

  private static func foldedConstant(_ global: IRGlobal, in module: IRModule) -> Diagnostic {
    Diagnostic(
      .error, at: module.location(of: global),
      "load-time constant \(global.name) is a `let`, so its value is already part of the code; make it a `var`")
  }
}
