import Glibc

extension Map {
  /// Exchanges two names in bpffs in one step: at no time is either missing (RENAME_EXCHANGE, which bpffs has since Linux 5.17).
  public static func exchangePins(_ one: String, _ other: String) throws(KernelError) {
    guard let function else { throw KernelError("exchange", "pins", errno: Errno(rawValue: ENOSYS)) }
    guard function(AT_FDCWD, one, AT_FDCWD, other, exchange) == 0 else {
      throw KernelError("exchange", "pins \(one) and \(other)", errno: .current)
    }
  }

  /// Glibc declares `renameat2` only for GNU sources, which Swift does not ask for, so it is looked up by name.
  private typealias Function =
    @convention(c) (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32) -> Int32
  private static let function: Function? = dlsym(nil, "renameat2").map { unsafeBitCast($0, to: Function.self) }

  private static let exchange: UInt32 = 1 << 1
}
