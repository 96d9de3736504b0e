/// The kind of a map, `enum bpf_map_type` (linux/bpf.h). Those in use have names.
public struct MapType: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static let hash = MapType(rawValue: 1)
  public static let array = MapType(rawValue: 2)
  public static let programArray = MapType(rawValue: 3)
  public static let perfEventArray = MapType(rawValue: 4)
  public static let perCPUHash = MapType(rawValue: 5)
  public static let perCPUArray = MapType(rawValue: 6)
  public static let lruHash = MapType(rawValue: 9)
  public static let lruPerCPUHash = MapType(rawValue: 10)
  public static let lpmTrie = MapType(rawValue: 11)
  public static let arrayOfMaps = MapType(rawValue: 12)
  public static let hashOfMaps = MapType(rawValue: 13)
  public static let socketHash = MapType(rawValue: 18)
  public static let queue = MapType(rawValue: 22)
  public static let stack = MapType(rawValue: 23)
  public static let ringBuffer = MapType(rawValue: 27)

  /// Whether a value has one copy for each possible CPU.
  public var isPerCPU: Bool { [.perCPUHash, .perCPUArray, .lruPerCPUHash, MapType(rawValue: 21)].contains(self) }

  /// Whether the kernel takes key and value types from BTF for it.
  var takesBTF: Bool {
    ![.programArray, .perfEventArray, .arrayOfMaps, .hashOfMaps, .socketHash, .queue, .stack, .ringBuffer]
      .contains(self)
  }
}

extension MapType: CustomStringConvertible {
  private static let names: [UInt32: String] = [
    1: "hash", 2: "array", 3: "prog_array", 4: "perf_event_array", 5: "percpu_hash", 6: "percpu_array",
    9: "lru_hash", 10: "lru_percpu_hash", 11: "lpm_trie", 12: "array_of_maps", 13: "hash_of_maps", 18: "sockhash",
    22: "queue", 23: "stack", 27: "ringbuf",
  ]
  /// As bpftool names it.
  public var description: String { MapType.names[rawValue] ?? "type \(rawValue)" }
}

/// `BPF_F_*` of BPF_MAP_CREATE (linux/bpf.h).
public struct MapFlags: OptionSet, Hashable, Sendable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static let noPreallocation = MapFlags(rawValue: 1 << 0)
  public static let noCommonLRU = MapFlags(rawValue: 1 << 1)
  /// Programs may read and not write.
  public static let readOnlyForPrograms = MapFlags(rawValue: 1 << 7)
  public static let memoryMappable = MapFlags(rawValue: 1 << 10)
}
