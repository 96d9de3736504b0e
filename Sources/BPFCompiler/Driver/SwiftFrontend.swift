/// Swift sources → LLVM IR, by swiftc.
struct SwiftFrontend {
  let toolchain: Toolchain

  /// Writes the IR of all sources as one module to `output`; compile errors come out as swiftc says them.
  func compile(_ request: CompileRequest, to output: String) throws(CompilerError) {
    let imports = "\(request.workFolder)/imports"
    try Files.makeFolder(imports)
    let modules = request.modules.map { "module \($0) {}\n" }.joined()
    try Files.write(modules, to: "\(imports)/module.modulemap")
    let folders = try Self.folders(request, imports: imports)
    let arguments = Self.fixed + folders + ["-emit-ir", "-o", output] + request.sources
    let result = try Subprocess.run(toolchain.swiftc, arguments, in: request.root)
    guard result.succeeded else { throw .toolFailed(tool: "swiftc", output: result.output) }
  }

  /// riscv64 shares BPF's data layout and passes arguments the plain C way, so that its IR needs the least change.
  /// Without LLVM's passes the IR still has the shape that Swift gave it; -O is what makes SIL small and free of
  /// allocations, and, unlike -Ounchecked, leaves every trap in place to be reported.
  private static let fixed = [
    "-target", "riscv64-none-none-eabi",
    "-enable-experimental-feature", "Embedded",
    "-enable-experimental-feature", "BuiltinModule",
    "-enable-experimental-feature", "Extern",
    "-swift-version", "6", "-warnings-as-errors",
    "-wmo", "-O", "-g", "-parse-as-library", "-enforce-exclusivity=unchecked",
    "-Xfrontend", "-disable-llvm-optzns",
    "-Xfrontend", "-disable-stack-protector",
    "-module-name", moduleName,
    "-D", "KERNEL",
  ]

  /// The one module that the kernel side is.
  static let moduleName = "kernel"

  private static func folders(_ request: CompileRequest, imports: String) throws(CompilerError) -> [String] {
    var result = ["-module-cache-path", "\(request.workFolder)/modules", "-I", imports]
    for folder in request.headerFolders {
      result += ["-I", folder, "-Xcc", "-I\(folder)/stub"]
    }
    guard !request.headerFolders.isEmpty else { return result }
    for folder in try SystemHeaders().folders() { result += ["-Xcc", "-I\(folder)"] }
    return result
  }
}
