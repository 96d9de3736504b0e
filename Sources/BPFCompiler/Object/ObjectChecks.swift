/// What an object may not need: traps, the Swift runtime, memory routines.
struct ObjectChecks {
  /// Why swiftc put a trap at a place.
  var trapReasons: [SourceLocation: String] = [:]

  /// Everything that is refused, each once, in the order of the code.
  func diagnostics(for object: ELFObject) throws(CompilerError) -> [Diagnostic] {
    let lines = try LineTable(object)
    var result: [Diagnostic] = []
    for use in try object.undefinedUses() {
      let location = lines.location(section: use.section, offset: use.offset)
      guard let reason = reason(use.symbol, at: location) else { continue }
      let diagnostic = Diagnostic(.error, at: location, reason)
      if !result.contains(diagnostic) { result.append(diagnostic) }
    }
    // Code that the compiler made up (the release of a class) is there because of what has a line.
    let located = result.filter { $0.location != nil }
    return located.isEmpty ? result : located
  }

  /// What is wrong with a routine of a compiler's support library.
  static func refusedRoutine(_ name: String) -> String {
    if ["memcpy", "memmove", "memset"].contains(name) {
      return "this copies or clears too much memory at once for BPF (\(name)); work in place through a pointer"
    }
    return "this needs \(name), which BPF does not have; 128-bit numbers can be added, shifted and compared only"
  }

  /// Nil for a function of the kernel, which the loader finds.
  private func reason(_ symbol: String, at location: SourceLocation?) -> String? {
    if symbol == "__bpf_trap" { return TrapAdvice.sentence(for: location.flatMap { trapReasons[$0] }) }
    if ["memcpy", "memmove", "memset"].contains(symbol) { return Self.refusedRoutine(symbol) }
    if SwiftRuntime.isEntryPoint(symbol) {
      return "this needs the Swift runtime (\(symbol)), which is not in the kernel: it allocates, counts references or "
        + "initialises a global lazily; use structs of fixed size and constant initial values"
    }
    guard let name = MangledName(symbol) else { return nil }
    return "this needs \(name.demangled), which a program in the kernel does not have"
  }
}
