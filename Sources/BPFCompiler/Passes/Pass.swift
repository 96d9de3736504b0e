/// One step from the IR that swiftc prints to IR that clang compiles to a BPF object which the kernel accepts.
protocol Pass {
  /// Changes the module. Whatever is refused goes to `diagnostics`; a pass goes on after that where it can, so that
  /// one build shows all there is to say.
  func run(on module: inout IRModule, diagnostics: inout [Diagnostic]) throws(CompilerError)
}

extension Pass {
  /// The pass's name in reports and in the names of IR files kept for reading.
  var name: String { "\(Self.self)" }
}
