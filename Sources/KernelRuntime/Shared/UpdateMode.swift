/// When a map update may happen (BPF_ANY, BPF_NOEXIST, BPF_EXIST in linux/bpf.h).
public struct UpdateMode: RawRepresentable, Equatable, Sendable {
  public var rawValue: UInt64
  @inline(__always) public init(rawValue: UInt64) { self.rawValue = rawValue }

  @inline(__always) public static var any: UpdateMode { UpdateMode(rawValue: 0) }
  @inline(__always) public static var create: UpdateMode { UpdateMode(rawValue: 1) }
  @inline(__always) public static var replace: UpdateMode { UpdateMode(rawValue: 2) }
}

/// What a map operation answers: 0, or an errno below it.
public struct MapResult: RawRepresentable, Equatable, Sendable {
  public var rawValue: Int
  @inline(__always) public init(rawValue: Int) { self.rawValue = rawValue }

  @inline(__always) public static var done: MapResult { MapResult(rawValue: 0) }
  /// ENOENT
  @inline(__always) public static var missing: MapResult { MapResult(rawValue: -2) }
  /// E2BIG
  @inline(__always) public static var full: MapResult { MapResult(rawValue: -7) }
  /// EEXIST
  @inline(__always) public static var exists: MapResult { MapResult(rawValue: -17) }
}
