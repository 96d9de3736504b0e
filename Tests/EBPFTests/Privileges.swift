import Glibc

@testable import EBPF

/// What tests that talk to the kernel need.
enum Privileges {
  static let isRoot = geteuid() == 0

  /// Root, on a kernel that has the feature.
  static func has(_ feature: Feature) -> Bool { isRoot && ((try? feature.isAvailable()) ?? false) }
}
