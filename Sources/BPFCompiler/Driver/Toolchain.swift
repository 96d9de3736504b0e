import Glibc

/// The tools of one Swift toolchain.
public struct Toolchain: Sendable {
  public var swiftc: String
  public var clang: String
  public var objcopy: String

  public init(swiftc: String, clang: String, objcopy: String) {
    self.swiftc = swiftc
    self.clang = clang
    self.objcopy = objcopy
  }

  /// The tools that are named, and the others beside swiftc: clang and llvm-objcopy belong to the same toolchain, since
  /// the IR of one LLVM is not that of another.
  public static func find(
    swiftc: String? = nil, clang: String? = nil, objcopy: String? = nil, searchPath: String? = nil
  ) throws(CompilerError) -> Toolchain {
    let searchPath = searchPath ?? getenv("PATH").map { String(cString: $0) } ?? ""
    let compiler = if let swiftc { try named(swiftc, "swiftc") } else { try onPath("swiftc", searchPath) }
    let folder = Files.resolved(compiler).map(folder) ?? folder(of: compiler)
    let backend = if let clang { try named(clang, "clang") } else { try beside("clang", folder) }
    let stripper = if let objcopy { try named(objcopy, "llvm-objcopy") } else { try beside("llvm-objcopy", folder) }
    return Toolchain(swiftc: compiler, clang: backend, objcopy: stripper)
  }

  private static func named(_ path: String, _ tool: String) throws(CompilerError) -> String {
    guard Files.isExecutable(path) else {
      throw .toolchain("\(path) was named as \(tool), and no program is there; name another or leave it out")
    }
    return path
  }

  private static func onPath(_ tool: String, _ searchPath: String) throws(CompilerError) -> String {
    for folder in searchPath.split(separator: ":") where Files.isExecutable("\(folder)/\(tool)") {
      return "\(folder)/\(tool)"
    }
    throw .toolchain("\(tool) is not on the PATH; install the Swift \(ToolVersion.tried) toolchain or add it to PATH")
  }

  private static func beside(_ tool: String, _ folder: String) throws(CompilerError) -> String {
    let path = "\(folder)/\(tool)"
    guard Files.isExecutable(path) else {
      throw .toolchain("\(tool) is missing from the Swift toolchain in \(folder); install the whole toolchain")
    }
    return path
  }

  private static func folder(of path: String) -> String {
    path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[..<$0]) } ?? "."
  }
}
