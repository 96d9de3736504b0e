/// Embedded Swift → BPF object.
public struct CompilerDriver: Sendable {
  public var toolchain: Toolchain

  public init(toolchain: Toolchain) { self.toolchain = toolchain }

  /// Compiles, checks and writes; gives what is worth saying about a compilation that succeeded.
  public func compile(_ request: CompileRequest) throws(CompilerError) -> [Diagnostic] {
    try checkVersion(request)
    try Files.makeFolder(request.workFolder)
    let swiftIR = "\(request.workFolder)/swift.ll"
    try SwiftFrontend(toolchain: toolchain).compile(request, to: swiftIR)
    var module = try IRReader.read(try Files.readText(swiftIR))
    let remarks = try rewrite(&module, request)
    let kernelIR = "\(request.workFolder)/kernel.ll"
    try Files.write(module.text, to: kernelIR)

    let backend = BPFBackend(toolchain: toolchain)
    try backend.compile(request, ir: kernelIR, functions: module.functionLocations)
    let checks = ObjectChecks(trapReasons: module.trapReasons)
    let object = try ELFObject(try Files.read(request.object))
    let refused =
      try checks.diagnostics(for: object) + StackCheck(object).diagnostics(functions: module.functionLocations)
    guard refused.isEmpty else {
      Files.remove(request.object)
      throw .refused(refused)
    }
    try backend.strip(request)
    try embed(request)
    return remarks
  }

  private func checkVersion(_ request: CompileRequest) throws(CompilerError) {
    let result = try Subprocess.run(toolchain.swiftc, ["--version"], in: "/")
    guard result.succeeded else { throw .toolFailed(tool: "swiftc", output: result.output) }
    try ToolVersion.check(result.output)
  }

  private func rewrite(_ module: inout IRModule, _ request: CompileRequest) throws(CompilerError) -> [Diagnostic] {
    var number = 0
    return try PassPipeline.standard(root: request.root).run(on: &module) { (name, state) throws(CompilerError) in
      guard request.keepsIR else { return }
      number += 1
      try Files.write(state.text, to: "\(request.workFolder)/\(number < 10 ? "0" : "")\(number)-\(name).ll")
    }
  }

  private func embed(_ request: CompileRequest) throws(CompilerError) {
    guard let embedding = request.embedding else { return }
    let source = EmbeddedSource.text(property: embedding.property, object: try Files.read(request.object))
    try Files.write(source, to: embedding.path)
  }
}
