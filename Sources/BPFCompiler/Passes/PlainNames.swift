/// Gives mangled symbols the names that a person, bpftool and the verifier's log show: `cali_v4_ct`, `Conntrack_create`.
struct PlainNames: Pass {
  func run(on module: inout IRModule, diagnostics: inout [Diagnostic]) {
    let plain = Self.names(for: module)
    func renamed(_ text: String) -> String { IRSymbol.renaming(in: text) { plain[$0] } }
    for i in module.globals.indices {
      module.globals[i].name = plain[module.globals[i].name] ?? module.globals[i].name
      module.globals[i].contents = renamed(module.globals[i].contents)
    }
    for i in module.functions.indices {
      module.functions[i].signature.callee = renamed(module.functions[i].signature.callee)
      module.functions[i].lines = module.functions[i].lines.map(renamed)
    }
  }

  private static func names(for module: IRModule) -> [String: String] {
    let mangled = module.globals.map(\.name) + module.functions.filter { !$0.isProgram }.map(\.name)
    // A section's name is a symbol too.
    let sections = module.globals.compactMap(\.section) + module.functions.compactMap(\.section)
    var taken = Set(mangled + module.functions.map(\.name) + module.declarations.keys + sections)
    var result: [String: String] = [:]
    for symbol in mangled {
      guard let name = MangledName(symbol)?.plain else { continue }
      var unique = name
      var count = 2
      while !taken.insert(unique).inserted {
        unique = "\(name)_\(count)"
        count += 1
      }
      result[symbol] = unique
    }
    return result
  }
}
