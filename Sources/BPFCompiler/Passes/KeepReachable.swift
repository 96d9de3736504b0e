/// Drops what no program, map or variable in a section leads to: most of what swiftc prints.
///
/// Entry points of the Swift runtime lose their bodies, so that a use which survives optimisation stays visible as an
/// undefined symbol of the object (`ObjectChecks` reports it).
struct KeepReachable: Pass {
  func run(on module: inout IRModule, diagnostics: inout [Diagnostic]) {
    let reached = Self.reached(in: module)
    for function in module.functions where reached.contains(function.name) && SwiftRuntime.isEntryPoint(function.name) {
      module.declarations[function.name] = function.signature
    }
    module.functions.removeAll { !reached.contains($0.name) || SwiftRuntime.isEntryPoint($0.name) }
    module.globals.removeAll { !reached.contains($0.name) }
    module.declarations = module.declarations.filter { reached.contains($0.key) }
  }

  private static func reached(in module: IRModule) -> Set<String> {
    var bodies: [String: [String]] = [:]
    for function in module.functions where !SwiftRuntime.isEntryPoint(function.name) {
      bodies[function.name] = function.lines
    }
    for global in module.globals { bodies[global.name] = [global.contents] }
    var pending = module.functions.filter(\.isProgram).map(\.name) + module.globals.filter(isRoot).map(\.name)
    var reached = Set(pending)
    while let name = pending.popLast() {
      for line in bodies[name] ?? [] {
        IRSymbol.forEach(in: line) { if reached.insert($0).inserted { pending.append($0) } }
      }
    }
    return reached
  }

  private static func isRoot(_ global: IRGlobal) -> Bool {
    if global.map != nil { return true }
    guard let section = global.section else { return false }
    return !section.hasPrefix(".swift") && section != "llvm.metadata"
  }
}
