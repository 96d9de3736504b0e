/// The kinds of map that are simulated; the raw value is `enum bpf_map_type` (linux/bpf.h).
public enum MapType: UInt32, Sendable {
  case hash = 1
  case array = 2
  case programArray = 3
  case perCPUHash = 5
  case perCPUArray = 6
  case lruHash = 9
  case lpmTrie = 11
}

/// A map as its program declares it.
public struct MapDefinition: Hashable, Sendable {
  public let name: String
  public let type: MapType
  /// Sizes in bytes.
  public let keySize: Int
  public let valueSize: Int
  public let maxEntries: Int
}
