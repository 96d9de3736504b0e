/// What the kernel would refuse of a map, or compare as garbage.
struct MapChecks {
  var name: String

  private static let perfEventArray = 4
  private static let lpmTrie = 11
  /// BPF_F_NO_PREALLOC.
  private static let noPreallocation = 1
  /// BPF_OBJ_NAME_LEN of linux/bpf.h, less the zero byte.
  private static let longestName = 15

  /// By its numbers.
  func refused(by definition: MapDefinition) -> [String] {
    var result: [String] = []
    if name.utf8.count > Self.longestName {
      result.append("the name of map \(name) has \(name.utf8.count) characters, the kernel takes \(Self.longestName)")
    }
    if definition.maxEntries == 0, definition.type != Self.perfEventArray {
      result.append("map \(name) has room for no entry")
    }
    if definition.type == Self.lpmTrie {
      if definition.flags & Self.noPreallocation == 0 {
        result.append("map \(name) is an LPM trie, which the kernel makes only with BPF_F_NO_PREALLOC")
      }
      if definition.keySize < 5 {
        result.append("the key of map \(name) must be a prefix length of 32 bits and at least one byte of address")
      }
    }
    return result
  }

  /// By what lies in its keys and values.
  func refused(key: KernelType, value: KernelType) -> [String] {
    var result: [String] = []
    if key.hasPadding {
      result.append("the key of map \(name) has padding, which would be compared as garbage; add fields that fill it")
    }
    if value.hasPadding {
      result.append(
        "the value of map \(name) has padding, which kernels before 6.3 refuse as uninitialised; add fields that fill it"
      )
    }
    if let enumeration = key.enumeration ?? value.enumeration {
      result.append(
        "map \(name) holds the enum \(enumeration), whose memory is the index of a case and may hold none; store its "
          + "raw value")
    }
    return result
  }
}
