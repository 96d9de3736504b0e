/// Turns atomic loads and stores into volatile ones.
///
/// A load or store of a register's width is one access in BPF anyway; the backend selects the atomic forms only for
/// CPU v4, and the kernel then demands 6.18. Read-modify-write operations are left as they are.
struct PlainAtomics: Pass {
  func run(on module: inout IRModule, diagnostics: inout [Diagnostic]) {
    for i in module.functions.indices {
      module.functions[i].lines = module.functions[i].lines.map(Self.plain)
    }
  }

  private static func plain(_ line: String) -> String {
    guard line.has("load atomic ") || line.has("store atomic ") else { return line }
    var line = line.replacing("load atomic ", with: "load volatile ").replacing(
      "store atomic ", with: "store volatile ")
    for ordering: StaticString in [" unordered,", " monotonic,", " acquire,", " release,", " seq_cst,"] {
      line = line.replacing(ordering, with: ",")
    }
    return line
  }
}
