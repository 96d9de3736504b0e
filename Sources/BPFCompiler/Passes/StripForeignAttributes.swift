/// Takes away what belongs to the target that swiftc compiled for: triple, CPU, calling conventions, attributes.
struct StripForeignAttributes: Pass {
  func run(on module: inout IRModule, diagnostics: inout [Diagnostic]) {
    module.head = module.head.map { $0.hasPrefix("target triple") ? "target triple = \"bpfel\"" : $0 }
    module.attributeGroups = module.attributeGroups.mapValues(Self.kept)
    for i in module.functions.indices {
      module.functions[i].lines = module.functions[i].lines.map { IRCall(line: $0)?.line ?? $0 }
    }
  }

  /// Drops `"key"="value"` pairs and what asks for small code: the kernel's limits are checked, its speed matters.
  private static func kept(_ attributes: String) -> String {
    let words = Tokens.spaceSeparated(attributes).filter { !$0.hasPrefix("\"") && $0 != "optsize" }
    // A group may not be empty, and nothing unwinds in the kernel.
    return words.isEmpty ? "nounwind" : words.joined(separator: " ")
  }
}
