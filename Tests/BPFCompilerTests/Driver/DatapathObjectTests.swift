import Foundation
import Testing

@testable import BPFCompiler

/// The project's own kernel side, as the plugin compiles it.
@Suite struct DatapathObjectTests {
  /// Copies the kernel sources into a folder of their own and compiles them there.
  private func compile(_ compilation: KernelCompilation) throws -> [UInt8] {
    let file = try #require(Files.resolved(#filePath))
    let package = URL(filePath: file).appending(path: "../../../..").standardized
    let folders = [
      "DataplaneABI", "KernelRuntime/Shared", "KernelRuntime/BPF", "Datapath", "DatapathPrograms",
    ]
    let root = compilation.folder + "/checkout"
    try Files.makeFolder(root + "/Sources/KernelRuntime")
    var sources: [String] = []
    for folder in folders {
      let copy = "\(root)/Sources/\(folder)"
      try FileManager.default.copyItem(atPath: package.appending(path: "Sources/\(folder)").path, toPath: copy)
      let files = FileManager.default.enumerator(atPath: copy)?.compactMap { $0 as? String } ?? []
      sources += files.filter { $0.hasSuffix(".swift") }.sorted().map { "\(copy)/\($0)" }
    }
    var request = CompileRequest(
      object: compilation.object, root: root, sources: sources, workFolder: compilation.workFolder)
    request.modules = ["DataplaneABI", "KernelRuntime", "Datapath"]
    request.headerFolders = ["\(root)/Sources/KernelRuntime/BPF/UAPI"]
    #expect(try CompilerDriver(toolchain: Toolchain.find()).compile(request) == [])
    return try Files.read(compilation.object)
  }

  @Test func twoCheckoutsGiveTheSameObjectWithoutARemark() throws {
    let first = try KernelCompilation()
    let second = try KernelCompilation()
    let object = try compile(first)
    #expect(try compile(second) == object)
    #expect(!String(decoding: object, as: UTF8.self).contains(first.folder))
  }
}
