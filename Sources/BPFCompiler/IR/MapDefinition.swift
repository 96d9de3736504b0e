/// What a map variable says about its map, read from its initial value.
///
/// In kernel source a map is a global variable of a struct that holds one `BPFMapDef`, whose first fields are five
/// `UInt32` in this order. Generic arguments of the struct are the key and the value type, or the value type alone.
struct MapDefinition: Hashable {
  /// `BPF_MAP_TYPE_*` of linux/bpf.h.
  var type: Int
  /// In bytes.
  var keySize: Int
  /// In bytes.
  var valueSize: Int
  /// For a ring buffer its size in bytes.
  var maxEntries: Int
  /// `BPF_F_*`.
  var flags: Int

  /// Finds the definition in the initial value of a global; nil when there is none.
  init?(initialValue: String) {
    guard let open = initialValue.range(of: "9BPFMapDefV <{") else { return nil }
    let brace = initialValue.utf8.index(before: open.upperBound)
    guard let close = Tokens.closing(brace, in: initialValue) else { return nil }
    let fields = Tokens.commaSeparated(initialValue[open.upperBound..<close])
    let numbers = fields.map { $0.number(after: "i32 ") ?? 0 }
    guard numbers.count >= 5 else { return nil }
    (type, keySize, valueSize, maxEntries, flags) = (numbers[0], numbers[1], numbers[2], numbers[3], numbers[4])
  }

  init(type: Int, keySize: Int, valueSize: Int, maxEntries: Int, flags: Int) {
    (self.type, self.keySize, self.valueSize) = (type, keySize, valueSize)
    (self.maxEntries, self.flags) = (maxEntries, flags)
  }

  /// Whether the kernel takes types for the key and the value of this kind of map; it refuses them for maps that hold
  /// programs, maps, sockets or raw records (`map_check_btf` in kernel/bpf/syscall.c and the map kinds' own checks).
  var takesTypes: Bool { Self.typed.contains(type) }

  // hash, array, per-CPU hash, per-CPU array, LRU hash, LRU per-CPU hash, LPM trie
  private static let typed: Set = [1, 2, 5, 6, 9, 10, 11]
}
