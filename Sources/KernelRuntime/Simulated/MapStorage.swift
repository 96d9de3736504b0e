/// One map's elements, with the semantics of its kind.
///
/// Values stay where they are until the map goes, deleted ones too: a program may still hold the pointer, as in the kernel.
public final class MapStorage {
  public let definition: MapDefinition
  /// Makes every new element fail with ENOMEM, as when the kernel finds no memory for one.
  public var refusesNewElements = false
  /// Key bytes to value bytes in place.
  private var elements: [[UInt8]: UnsafeMutableRawPointer] = [:]
  /// Keys of an LRU map, least recently used first.
  private var useOrder: [[UInt8]] = []
  private var allocations: [UnsafeMutableRawPointer] = []

  init(_ definition: MapDefinition) {
    self.definition = definition
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
    let key = definition.type == .lpmTrie ? masked(key) : key
    let existing = elements[key]
    if existing != nil, mode == .create { return .exists }
    if existing == nil, mode == .replace { return .missing }
    if existing == nil, refusesNewElements { return MapResult(rawValue: -12) }
    if existing == nil, isArray { return .full }
    if existing == nil, elements.count >= definition.maxEntries {
      guard definition.type == .lruHash, let oldest = useOrder.first else { return .full }
      remove(oldest)
    }
    // A new element takes the place of the old one, which readers may still look at. Arrays are written in place.
    let memory = isArray ? existing ?? allocate() : allocate()
    memory.copyMemory(from: value, byteCount: definition.valueSize)
    elements[key] = memory
    if definition.type == .lruHash { touch(key) }
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
    for key in elements.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      guard let value = elements[key] else { continue }
      // A copy, aligned as the kernel has it.
      let memory = UnsafeMutableRawPointer.allocate(byteCount: key.count, alignment: 8)
      defer { memory.deallocate() }
      memory.copyMemory(from: key, byteCount: key.count)
      guard body(memory, value) else { return }
    }
  }

  func copy() -> MapStorage {
    let copy = MapStorage(definition)
    for (key, value) in elements { _ = copy.update(key, value, .any) }
    copy.useOrder = useOrder
    return copy
  }

  private func remove(_ key: [UInt8]) {
    elements[key] = nil
    useOrder.removeAll { $0 == key }
  }

  private func touch(_ key: [UInt8]) {
    useOrder.removeAll { $0 == key }
    useOrder.append(key)
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
    for bit in 0..<((key.count - 4) * 8) where bit >= length { key[4 + bit / 8] &= ~(0x80 >> UInt8(bit % 8)) }
    return key
  }

  private func longestMatch(_ key: [UInt8]) -> UnsafeMutableRawPointer? {
    let asked = prefixLength(key)
    for length in stride(from: asked, through: 0, by: -1) {
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
    useOrder = []
  }
}
