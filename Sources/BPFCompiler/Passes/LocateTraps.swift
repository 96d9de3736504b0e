/// Gives each trap the source line that it stands for, and keeps traps of different lines apart.
///
/// swiftc puts a trap into an inlined "Swift runtime failure" function at line 0; the line is where that was inlined.
struct LocateTraps: Pass {
  func run(on module: inout IRModule, diagnostics: inout [Diagnostic]) {
    for i in module.functions.indices {
      for j in module.functions[i].lines.indices where module.functions[i].lines[j].has("@llvm.trap(") {
        guard var call = IRCall(line: module.functions[i].lines[j]) else { continue }
        if let location = call.signature.suffix.number(after: "!dbg !") {
          let real = Self.firstWithLine(from: location, in: module.metadata)
          call.signature.suffix = " nomerge, !dbg !\(real)"
        } else {
          call.signature.suffix = " nomerge"
        }
        module.functions[i].lines[j] = call.line
      }
    }
  }

  private static func firstWithLine(from location: Int, in metadata: MetadataTable) -> Int {
    var location = location
    while let node = metadata.node(location), (node.number("line") ?? 0) == 0,
      let outer = node.reference("inlinedAt")
    {
      location = outer
    }
    return location
  }
}
