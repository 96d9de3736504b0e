import Foundation

@testable import BPFCompiler

/// Compiles test programs with the real toolchain, each in a folder of its own that goes away with the value.
final class KernelCompilation {
  let folder: String

  init() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "apus-bpfc-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    folder = try require(path: Files.resolved(path))
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  var object: String { folder + "/test.o" }
  /// Where the driver leaves its intermediate steps.
  var workFolder: String { folder + "/steps" }

  /// Compiles `program` and the test runtime; throws what the driver throws.
  @discardableResult
  func compile(_ program: String, modules: [String] = [], keepsIR: Bool = false) throws -> [Diagnostic] {
    try compile(files: ["Program.swift": program, "Runtime.swift": KernelSource.runtime], modules, keepsIR)
  }

  /// Compiles sources by their file names.
  @discardableResult
  func compile(files: [String: String], _ modules: [String] = [], _ keepsIR: Bool = false) throws -> [Diagnostic] {
    for (name, text) in files { try Files.write(text, to: "\(folder)/\(name)") }
    let sources = files.keys.sorted().map { "\(folder)/\($0)" }
    var request = CompileRequest(object: object, root: folder, sources: sources, workFolder: workFolder)
    request.modules = modules
    request.keepsIR = keepsIR
    request.embedding = .init(path: folder + "/Embedded.swift", property: "test")
    return try CompilerDriver(toolchain: Toolchain.find()).compile(request)
  }

  /// What the driver says about a program that it refuses; empty when it compiles.
  func refusal(_ program: String) -> String {
    do {
      try compile(program)
      return ""
    } catch let error as CompilerError {
      return error.text(root: nil)
    } catch {
      return "\(error)"
    }
  }

  /// The object's code as llvm-objdump shows it.
  func disassembly() throws -> String {
    let toolchain = try Toolchain.find()
    let objdump = toolchain.objcopy.replacingOccurrences(of: "llvm-objcopy", with: "llvm-objdump")
    let result = try Subprocess.run(objdump, ["-dr", "--no-show-raw-insn", "test.o"], in: folder)
    let lines = result.output.split(separator: "\n").drop { !$0.hasPrefix("Disassembly") }
    return lines.map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: "\n") + "\n"
  }

  /// The object's types as bpftool shows them.
  func types(_ bpftool: String) throws -> String {
    try Subprocess.run(bpftool, ["btf", "dump", "file", "test.o"], in: folder).output
  }
}

enum MissingPath: Error { case path }

/// The path, or an error for one that is not there.
private func require(path: String?) throws -> String {
  guard let path else { throw MissingPath.path }
  return path
}
