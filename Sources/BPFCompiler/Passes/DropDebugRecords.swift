/// Drops the records of local variables: BTF has no place for them, and their Swift types would come along.
struct DropDebugRecords: Pass {
  func run(on module: inout IRModule, diagnostics: inout [Diagnostic]) {
    for i in module.functions.indices {
      module.functions[i].lines.removeAll { $0.trimmed.hasPrefix("#dbg_") }
    }
  }
}
