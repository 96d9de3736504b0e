/// Where the kernel's UAPI headers lie (package linux-libc-dev on Debian).
struct SystemHeaders {
  /// The C compiler's folder of system headers.
  var root = "/usr/include"

  /// The folders to search: those with `linux/` and, where headers of several machines may lie side by side, `asm/`.
  func folders() throws(CompilerError) -> [String] {
    guard Files.exists("\(root)/linux/bpf.h") else {
      throw .toolchain(
        "the kernel's headers are missing from \(root)/linux; install linux-libc-dev (or kernel-headers)")
    }
    let multiarch = "\(root)/\(Self.machine)-linux-gnu"
    return [root] + (Files.exists("\(multiarch)/asm") ? [multiarch] : [])
  }

  #if arch(x86_64)
    private static let machine = "x86_64"
  #elseif arch(arm64)
    private static let machine = "aarch64"
  #else
    private static let machine = "unknown"
  #endif
}
