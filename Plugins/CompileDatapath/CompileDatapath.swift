import Foundation
import PackagePlugin

/// Compiles the kernel side to a BPF object and adds a source that carries it to the target.
///
/// The kernel side is one module of all sources below; on the host they are modules of their own.
@main struct CompileDatapath: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    let root = context.package.directoryURL
    let runtime = root.appending(path: "Sources/KernelRuntime")
    let folders = [
      root.appending(path: "Sources/DataplaneABI"), runtime.appending(path: "Shared"), runtime.appending(path: "BPF"),
      root.appending(path: "Sources/Datapath"), root.appending(path: "Sources/DatapathPrograms"),
    ]
    let files = folders.flatMap(files)
    let sources = files.filter { $0.pathExtension == "swift" }
    let headers = files.filter { ["h", "modulemap"].contains($0.pathExtension) }
    let work = context.pluginWorkDirectoryURL
    let embedded = work.appending(path: "EmbeddedObject.swift")
    var arguments = [
      "-o", work.appending(path: "datapath.o").path, "--root", root.path, "--work", work.appending(path: "work").path,
      "--embed", "datapath", embedded.path, "-I", runtime.appending(path: "BPF/UAPI").path,
      "--module", "DataplaneABI", "--module", "KernelRuntime", "--module", "Datapath",
    ]
    // The tools of the toolchain that builds the package; bpfc says what to do about one that is missing.
    for (option, tool) in [("--swiftc", "swiftc"), ("--clang", "clang"), ("--objcopy", "llvm-objcopy")] {
      if let path = try? context.tool(named: tool).url.path { arguments += [option, path] }
    }
    return [
      .buildCommand(
        displayName: "Compiling the datapath for the kernel", executable: try context.tool(named: "bpfc").url,
        arguments: arguments + sources.map(\.path), inputFiles: sources + headers, outputFiles: [embedded])
    ]
  }

  /// The files below a folder, in the order of their paths.
  private func files(_ folder: URL) -> [URL] {
    let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: [.isDirectoryKey])
    return (all?.compactMap { $0 as? URL } ?? []).filter { !$0.hasDirectoryPath }.sorted { $0.path < $1.path }
  }
}
