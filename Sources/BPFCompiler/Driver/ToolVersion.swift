/// The toolchain version that the passes were tried with. They read the IR text of one swiftc, so another version is
/// refused until the golden tests have been run with it.
enum ToolVersion {
  /// Major and minor version.
  static let tried = "6.3"

  /// Throws unless `output`, of `swiftc --version`, names a version that was tried.
  static func check(_ output: String) throws(CompilerError) {
    guard let found = version(in: output) else {
      throw .toolchain("swiftc --version does not say which version it is; Swift \(tried) is needed")
    }
    let parts = found.split(separator: ".")
    guard parts.prefix(2).joined(separator: ".") == tried else {
      throw .toolchain(
        "Swift \(found) was not tried as a compiler for the kernel; use Swift \(tried), or run the tests of BPFCompiler "
          + "with it and change ToolVersion.tried")
    }
  }

  /// `6.3.1` of `Swift version 6.3.1 (swift-6.3.1-RELEASE)`.
  static func version(in output: String) -> String? {
    guard let words = output.range(of: "Swift version ") else { return nil }
    let version = output[words.upperBound...].prefix { $0.isNumber || $0 == "." }
    return version.isEmpty ? nil : String(version)
  }
}
