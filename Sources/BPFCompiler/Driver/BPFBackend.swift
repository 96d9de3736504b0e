/// LLVM IR → BPF object, by clang and llvm-objcopy.
struct BPFBackend {
  let toolchain: Toolchain

  /// Compiles; what clang refuses (stack over 512 bytes, signed division) carries Swift's lines.
  /// `functions` are the places of functions, for errors without a line.
  func compile(
    _ request: CompileRequest, ir: String, functions: [String: SourceLocation]
  ) throws(CompilerError) {
    // clang runs in the root so that it finds the sources, whose lines go into the debug information.
    let result = try Subprocess.run(toolchain.clang, Self.fixed + [ir, "-o", request.object], in: request.root)
    guard !result.succeeded else { return }
    let refused = ClangDiagnostics.read(result.output, functions: functions)
    throw refused.isEmpty ? .toolFailed(tool: "clang", output: result.output) : .refused(refused)
  }

  /// Drops DWARF and the stack sizes; `.BTF` and `.BTF.ext` stay.
  func strip(_ request: CompileRequest) throws(CompilerError) {
    let result = try Subprocess.run(
      toolchain.objcopy, ["--strip-debug", "--remove-section=.stack_sizes", request.object], in: request.root)
    guard result.succeeded else { throw .toolFailed(tool: "llvm-objcopy", output: result.output) }
  }

  /// v3 (32-bit operations and jumps, kernel 5.1) is the highest level that every kernel from 5.10 on takes.
  /// Code that is split off as cold would be a function without BTF; traps are reported by name (ObjectChecks).
  private static let fixed = [
    "-target", "bpfel", "-mcpu=v3", "-O2", "-Xclang", "-fno-split-cold-code", "-mllvm", "-bpf-disable-trap-unreachable",
    "-fstack-size-section",
    "-Wno-override-module", "-x", "ir", "-c",
  ]
}
