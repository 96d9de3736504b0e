/// The passes in their order.
struct PassPipeline {
  var passes: [any Pass]

  /// All of them; `root` is the folder that file names are made relative to.
  static func standard(root: String) -> PassPipeline {
    PassPipeline(passes: [
      FindMaps(),
      KeepReachable(),
      AddLicense(),
      RelativeFiles(root: root),
      PlainNames(),
      DropDebugRecords(),
      StripForeignAttributes(),
      LocateRefusals(),
      PlainAtomics(),
      DefineUndefined(),
      LowerCallingConvention(),
      InlineFunctions(),
      PlaceGlobals(),
      KernelDebugInfo(),
    ])
  }

  /// Runs them, and throws everything that was refused; `observe` sees the module after each.
  func run(
    on module: inout IRModule, observe: (String, IRModule) throws(CompilerError) -> Void = { _, _ in }
  ) throws(CompilerError) -> [Diagnostic] {
    var diagnostics: [Diagnostic] = []
    for pass in passes {
      try pass.run(on: &module, diagnostics: &diagnostics)
      try observe(pass.name, module)
    }
    guard !diagnostics.contains(where: { $0.severity == .error }) else { throw .refused(diagnostics) }
    return diagnostics
  }
}
