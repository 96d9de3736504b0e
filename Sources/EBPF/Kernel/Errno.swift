import Glibc

/// An error number of the kernel (errno(3)), with its name and text.
public struct Errno: Error, RawRepresentable, Hashable, Sendable {
  public let rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// The calling thread's current `errno`.
  static var current: Errno { Errno(rawValue: errno) }

  public static let operationNotPermitted = Errno(rawValue: EPERM)
  public static let noEntry = Errno(rawValue: ENOENT)
  public static let argumentListTooLong = Errno(rawValue: E2BIG)
  public static let permissionDenied = Errno(rawValue: EACCES)
  public static let busy = Errno(rawValue: EBUSY)
  public static let exists = Errno(rawValue: EEXIST)
  public static let noDevice = Errno(rawValue: ENODEV)
  public static let invalidArgument = Errno(rawValue: EINVAL)
  public static let noSpace = Errno(rawValue: ENOSPC)
  public static let operationNotSupported = Errno(rawValue: EOPNOTSUPP)
  public static let noLink = Errno(rawValue: ENOLINK)
  public static let stale = Errno(rawValue: ESTALE)
  /// `ENOTSUPP` of linux/errno.h, which the kernel leaks to user space for operations that a map type lacks.
  public static let notSupported = Errno(rawValue: 524)

  private static let names: [Int32: String] = [
    EPERM: "EPERM", ENOENT: "ENOENT", EINTR: "EINTR", EIO: "EIO", E2BIG: "E2BIG", EBADF: "EBADF", EAGAIN: "EAGAIN",
    ENOMEM: "ENOMEM", EACCES: "EACCES", EFAULT: "EFAULT", EBUSY: "EBUSY", EEXIST: "EEXIST", ENODEV: "ENODEV",
    ENOTDIR: "ENOTDIR", EISDIR: "EISDIR", EINVAL: "EINVAL", EMFILE: "EMFILE", ENFILE: "ENFILE", ENOSPC: "ENOSPC",
    EROFS: "EROFS", ERANGE: "ERANGE", ENAMETOOLONG: "ENAMETOOLONG", ENOSYS: "ENOSYS", ENOLINK: "ENOLINK",
    EOPNOTSUPP: "EOPNOTSUPP", ENETDOWN: "ENETDOWN", ESTALE: "ESTALE", 524: "ENOTSUPP",
  ]

  /// The symbolic name, as `EPERM`; the bare number where it is not a name that bpf(2) returns.
  public var name: String { Errno.names[rawValue] ?? "errno \(rawValue)" }
  /// The C library's sentence for it.
  public var text: String { rawValue == 524 ? "Operation not supported" : String(cString: strerror(rawValue)) }
}

extension Errno: CustomStringConvertible {
  public var description: String { "\(text) (\(name))" }
}
