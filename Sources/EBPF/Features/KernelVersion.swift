import Glibc

/// A kernel's version, as `6.12.3`.
public struct KernelVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
  public let major: Int
  public let minor: Int
  public let patch: Int

  public init(_ major: Int, _ minor: Int, _ patch: Int = 0) {
    self.major = major
    self.minor = minor
    self.patch = patch
  }

  /// From a release as uname(2) has it: `6.12.117+deb12-cloud-amd64`, `6.1`, `5.15.0-91-generic`; nil for others.
  public init?(release: String) {
    let head = release.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let numbers = head.split(separator: ".").prefix(3).map { Int($0) }
    guard numbers.count >= 2, let major = numbers[0], let minor = numbers[1] else { return nil }
    self.init(major, minor, numbers.count > 2 ? numbers[2] ?? 0 : 0)
  }

  /// Of the running kernel; nil when its release is not a version.
  public static let running: KernelVersion? = {
    guard let release = try? SystemFile.text("/proc/sys/kernel/osrelease") else { return nil }
    return KernelVersion(release: release)
  }()

  public static func < (left: KernelVersion, right: KernelVersion) -> Bool {
    (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
  }

  public var description: String { "\(major).\(minor).\(patch)" }
}
