/// Where the kernel's UAPI headers lie (package linux-libc-dev on Debian).
enum SystemHeaders {
  static var folders: [String] {
    ["/usr/include", "/usr/include/\(multiarch)"].filter(Files.exists)
  }

  #if arch(x86_64)
    private static let multiarch = "x86_64-linux-gnu"
  #elseif arch(arm64)
    private static let multiarch = "aarch64-linux-gnu"
  #endif
}
