/// Gives each trap and each call of the Swift runtime the source line that it stands for, and keeps traps of different
/// lines apart.
///
/// swiftc puts a trap into an inlined function named "Swift runtime failure: ..." at line 0, and code that it made up
/// into a file `<compiler-generated>`; the line to show is where those were inlined.
struct LocateRefusals: Pass {
  func run(on module: inout IRModule, diagnostics: inout [Diagnostic]) {
    for i in module.functions.indices {
      let owner = module.functions[i].debug
      for j in module.functions[i].lines.indices {
        guard var call = IRCall(line: module.functions[i].lines[j]), let symbol = call.signature.symbol else {
          continue
        }
        let isTrap = symbol == "llvm.trap"
        guard isTrap || SwiftRuntime.isEntryPoint(symbol) else { continue }
        let location = call.signature.suffix.number(after: "!dbg !")
        let shown = location.map { Self.shown(from: $0, owner: owner, in: &module.metadata) }
        if isTrap, let location { module.noteTrap(at: location, shownAs: shown) }
        call.signature.suffix = (isTrap ? " nomerge" : "") + (shown.map { ", !dbg !\($0)" } ?? "")
        module.functions[i].lines[j] = call.line
      }
    }
  }

  /// The innermost location that a person wrote; the function's own line where there is none.
  private static func shown(from location: Int, owner: Int?, in metadata: inout MetadataTable) -> Int {
    var location = location
    while let node = metadata.node(location) {
      if (node.number("line") ?? 0) != 0, !isGenerated(node, in: metadata) { return location }
      guard let outer = node.reference("inlinedAt") else { break }
      location = outer
    }
    guard let owner, let line = metadata.node(owner)?.number("line"), line != 0 else { return location }
    return metadata.add(
      MetadataNode("DILocation", [("line", "\(line)"), ("column", "1"), ("scope", "!\(owner)")]))
  }

  private static func isGenerated(_ location: MetadataNode, in metadata: MetadataTable) -> Bool {
    metadata.fileName(scope: location.reference("scope"))?.hasPrefix("<") ?? true
  }
}

extension IRModule {
  /// Remembers why the trap at `location` is there.
  fileprivate mutating func noteTrap(at location: Int, shownAs shown: Int?) {
    guard let place = metadata.location(shown),
      let scope = metadata.node(metadata.node(location)?.reference("scope"))?.string("name"),
      let reason = scope.range(of: "Swift runtime failure: ")
    else { return }
    trapReasons[place] = String(scope[reason.upperBound...])
  }
}
