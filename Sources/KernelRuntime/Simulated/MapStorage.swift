/// One map's elements, with the semantics of its kind.
///
/// Values stay where they are until the map goes, deleted ones too: a program may still hold the pointer, as in the kernel.
public final class MapStorage {
  public let definition: MapDefinition
  /// Makes every new element fail with ENOMEM, as when the kernel finds no memory for one.
  public var refusesNewElements = false
  /// What another CPU does just before the next element is written.
  public var meanwhile: (() -> Void)?
  /// Elements there is room for.
  public var capacity: Int
  /// Key bytes to value bytes in place.
  private var elements: [[UInt8]: UnsafeMutableRawPointer] = [:]
  /// When each key of an LRU map was last used, by a clock that each use moves.
  private var lastUses: [[UInt8]: Int] = [:]
  private var uses = 0
  /// How many elements of a trie have a prefix of that length.
  private var prefixLengths: [Int: Int] = [:]
  /// Keys in the order in which `forEach` meets them, and the bucket of a hash table that each is in; sorted if nil.
  public var visitOrder: [(key: [UInt8], bucket: UInt32)]?
  private var allocations: [UnsafeMutableRawPointer] = []

  init(_ definition: MapDefinition) {
    self.definition = definition
    capacity = definition.maxEntries
    guard isArray else { return }
    for index in 0..<definition.maxEntries {
      let key = withUnsafeBytes(of: UInt32(truncatingIfNeeded: index)) { Array($0) }
      elements[key] = allocate()
    }
  }

  deinit {
    for allocation in allocations { allocation.deallocate() }
  }

  private var isArray: Bool { definition.type == .array || definition.type == .perCPUArray }

  private func allocate() -> UnsafeMutableRawPointer {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: definition.valueSize, alignment: 8)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: definition.valueSize)
    allocations.append(memory)
    return memory
  }

  func lookup(_ key: [UInt8]) -> UnsafeMutableRawPointer? {
    guard definition.type != .lpmTrie else { return longestMatch(key) }
    if definition.type == .lruHash, elements[key] != nil { touch(key) }
    return elements[key]
  }

  func update(_ key: [UInt8], _ value: UnsafeRawPointer, _ mode: UpdateMode) -> MapResult {
    if let others = meanwhile {
      meanwhile = nil
      others()
    }
    let key = definition.type == .lpmTrie ? masked(key) : key
    let existing = elements[key]
    if existing != nil, mode == .create { return .exists }
    if existing == nil, mode == .replace { return .missing }
    if existing == nil, refusesNewElements { return MapResult(rawValue: -12) }
    if existing == nil, isArray { return .full }
    if existing == nil, elements.count >= capacity {
      guard definition.type == .lruHash, let oldest = lastUses.min(by: { $0.value < $1.value }) else { return .full }
      remove(oldest.key)
    }
    // A new element takes the place of the old one, which readers may still look at. Arrays are written in place.
    let memory = isArray ? existing ?? allocate() : allocate()
    memory.copyMemory(from: value, byteCount: definition.valueSize)
    elements[key] = memory
    if definition.type == .lruHash { touch(key) }
    if existing == nil, definition.type == .lpmTrie { prefixLengths[prefixLength(key), default: 0] += 1 }
    return .done
  }

  func delete(_ key: [UInt8]) -> MapResult {
    let key = definition.type == .lpmTrie ? masked(key) : key
    guard !isArray else { return MapResult(rawValue: -22) }
    guard elements[key] != nil else { return .missing }
    remove(key)
    return .done
  }

  /// In an order that does not depend on hash seeds, until `body` returns false.
  func forEach(_ body: (UnsafeMutableRawPointer, UnsafeMutableRawPointer) -> Bool) {
    let order =
      visitOrder
      ?? elements.keys.sorted { $0.lexicographicallyPrecedes($1) }.enumerated().map { ($1, UInt32($0)) }
    var ahead: (key: [UInt8], value: UnsafeMutableRawPointer)?
    for (index, (key, bucket)) in order.enumerated() {
      guard let value = ahead?.key == key ? ahead?.value : elements[key] else { continue }
      // bpf_for_each_hash_elem looks up the next one of a bucket first, and visits that even if it is deleted meanwhile.
      let next = order[(index + 1)...].prefix { $0.bucket == bucket }.first { elements[$0.key] != nil }
      ahead = next.flatMap { next in elements[next.key].map { (next.key, $0) } }
      // A copy, aligned as the kernel has it.
      let memory = UnsafeMutableRawPointer.allocate(byteCount: key.count, alignment: 8)
      defer { memory.deallocate() }
      memory.copyMemory(from: key, byteCount: key.count)
      guard body(memory, value) else { return }
    }
  }

  func copy() -> MapStorage {
    let copy = MapStorage(definition)
    copy.capacity = capacity
    for (key, value) in elements { _ = copy.update(key, value, .any) }
    copy.lastUses = lastUses
    copy.uses = uses
    return copy
  }

  private func remove(_ key: [UInt8]) {
    elements[key] = nil
    lastUses[key] = nil
    guard definition.type == .lpmTrie else { return }
    let length = prefixLength(key)
    prefixLengths[length] = prefixLengths[length].flatMap { $0 > 1 ? $0 - 1 : nil }
  }

  private func touch(_ key: [UInt8]) {
    uses += 1
    lastUses[key] = uses
  }
}

// MARK: Longest prefix match

extension MapStorage {
  /// The first four bytes of a key are its prefix length in bits.
  private func prefixLength(_ key: [UInt8]) -> Int {
    Int(key.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) })
  }

  /// The key with the bits beyond its prefix cleared.
  private func masked(_ key: [UInt8]) -> [UInt8] {
    var key = key
    let length = prefixLength(key)
    for index in 4..<key.count {
      let kept = length - (index - 4) * 8
      if kept < 8 { key[index] &= kept > 0 ? ~(0xff >> UInt8(kept)) : 0 }
    }
    return key
  }

  private func longestMatch(_ key: [UInt8]) -> UnsafeMutableRawPointer? {
    let asked = prefixLength(key)
    for length in prefixLengths.keys.sorted(by: >) where length <= asked {
      var candidate = key
      withUnsafeBytes(of: UInt32(truncatingIfNeeded: length)) { candidate.replaceSubrange(0..<4, with: $0) }
      if let found = elements[masked(candidate)] { return found }
    }
    return nil
  }
}

// MARK: What tests use

extension MapStorage {
  /// How many elements there are.
  public var count: Int { elements.count }

  /// All elements as bytes.
  public var bytes: [[UInt8]: [UInt8]] {
    elements.mapValues { Array(UnsafeRawBufferPointer(start: $0, count: definition.valueSize)) }
  }

  /// Puts an element in, as a system call would. Sizes must be the definition's.
  @discardableResult
  public func set(bytes key: [UInt8], _ value: [UInt8]) -> MapResult {
    guard key.count == definition.keySize, value.count == definition.valueSize else { return MapResult(rawValue: -22) }
    return value.withUnsafeBytes { value in value.baseAddress.map { update(key, $0, .any) } ?? .missing }
  }

  /// Puts an element in, as a system call would.
  @discardableResult
  public func set<Key: BitwiseCopyable, Value: BitwiseCopyable>(_ key: Key, _ value: Value) -> MapResult {
    withUnsafeBytes(of: key) { key in
      withUnsafeBytes(of: value) { value in
        guard let base = value.baseAddress else { return .missing }
        return update(Array(key), base, .any)
      }
    }
  }

  /// Reads the element of exactly that key, without touching it.
  public func get<Key: BitwiseCopyable, Value: BitwiseCopyable>(_ key: Key, as type: Value.Type) -> Value? {
    withUnsafeBytes(of: key) { key in elements[Array(key)]?.loadUnaligned(as: type) }
  }

  @discardableResult
  public func remove<Key: BitwiseCopyable>(_ key: Key) -> MapResult { withUnsafeBytes(of: key) { delete(Array($0)) } }

  public func removeAll() {
    guard !isArray else { return }
    elements = [:]
    lastUses = [:]
    prefixLengths = [:]
  }
}
