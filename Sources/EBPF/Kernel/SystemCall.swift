import Glibc

/// bpf(2), which Glibc does not wrap.
enum SystemCall {
  /// Glibc declares `syscall` variadic, which Swift does not import, so it is looked up by name.
  private typealias Function = @convention(c) (Int, Int, Int, Int) -> Int
  private static let function: Function? = dlsym(nil, "syscall").map { unsafeBitCast($0, to: Function.self) }

  #if arch(x86_64)
    private static let number = 321
  #else
    // The generic table, include/uapi/asm-generic/unistd.h: arm64, riscv64, loongarch64.
    private static let number = 280
  #endif

  /// Calls bpf(2) with `attributes`, a `union bpf_attr` of `size` bytes, and returns its non-negative result.
  static func bpf(_ command: Command, _ attributes: UnsafeMutableRawPointer, size: Int) -> Result<Int32, Errno> {
    guard let function else { return .failure(Errno(rawValue: ENOSYS)) }
    for _ in 0..<retries {
      let result = function(number, command.rawValue, Int(bitPattern: attributes), size)
      if result >= 0 { return .success(Int32(truncatingIfNeeded: result)) }
      // The verifier gives up with EAGAIN when a signal is pending.
      guard errno == EAGAIN || errno == EINTR else { break }
    }
    return .failure(.current)
  }

  private static let retries = 16
}
