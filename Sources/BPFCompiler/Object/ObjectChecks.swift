/// What an object may not need: traps, the Swift runtime, memory routines.
struct ObjectChecks {
  /// Everything that is refused, each once, in the order of the code.
  static func diagnostics(for object: ELFObject) throws(CompilerError) -> [Diagnostic] {
    let lines = try LineTable(object)
    var result: [Diagnostic] = []
    for use in try object.undefinedUses() {
      guard let reason = reason(use.symbol) else { continue }
      let location = lines.location(section: use.section, offset: use.offset)
      let diagnostic = Diagnostic(.error, at: location, reason)
      if !result.contains(diagnostic) { result.append(diagnostic) }
    }
    return result
  }

  /// Nil for a function of the kernel, which the loader finds.
  private static func reason(_ symbol: String) -> String? {
    if symbol == "__bpf_trap" {
      return "this can trap (overflow, index, unwrapping, division, precondition), and a program in the kernel must "
        + "not; use &+ &- &*, truncatingIfNeeded:, or a guard that rules it out"
    }
    if ["memcpy", "memmove", "memset"].contains(symbol) {
      return "this copies or clears too much memory at once for BPF (\(symbol)); work in place through a pointer"
    }
    if SwiftRuntime.isEntryPoint(symbol) {
      return "this needs the Swift runtime (\(symbol)): it allocates, counts references or initialises a global lazily"
    }
    guard let name = MangledName(symbol) else { return nil }
    return "this needs \(name.demangled), which a program in the kernel does not have"
  }
}
