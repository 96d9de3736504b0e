/// The CPUs that the kernel keeps per-CPU values for, whether or not they are there.
public enum PossibleCPUs {
  /// How many; read once a process.
  ///
  /// - Throws: when sysfs does not tell. A guess would be memory that the kernel overruns.
  public static func count() throws(KernelError) -> Int { try known.get() }

  private static let path = "/sys/devices/system/cpu/possible"

  private static let known: Result<Int, KernelError> = {
    do throws(Errno) {
      if let count = parse(try SystemFile.text(path)) { return .success(count) }
      return .failure(KernelError("read", path, detail: "not a list of CPUs"))
    } catch {
      return .failure(KernelError("read", path, errno: error, fix: "Mount sysfs at /sys."))
    }
  }()

  /// Counts the CPUs of a list such as `0-3,8`; nil when it is none.
  static func parse(_ list: String) -> Int? {
    var count = 0
    for range in list.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
      let ends = range.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, first <= last,
        last < largestCPU
      else { return nil }
      count += last - first + 1
    }
    return count > 0 ? count : nil
  }

  private static let largestCPU = 1 << 16
}
