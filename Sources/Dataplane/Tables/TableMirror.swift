/// What a kernel table holds as far as is known, so that only what differs is written.
struct TableMirror<Key: Hashable & Sendable, Value: Hashable & Sendable> {
  private(set) var contents: [Key: Value] = [:]
  /// Whether `contents` cannot be trusted: nothing was read yet, or an effect failed half-way.
  private(set) var isStale = true
  /// Entries written and deleted since the start, for metrics and tests.
  private(set) var effects = 0
  private let table: KernelTable<Key, Value>

  init(_ table: KernelTable<Key, Value>) { self.table = table }

  var name: String { table.name }

  /// Reads the table back if what is known of it cannot be trusted. Returns whether it did.
  @discardableResult
  mutating func refresh() throws -> Bool {
    guard isStale else { return false }
    contents = try table.read()
    isStale = false
    return true
  }

  /// Has the next `refresh` read the table back.
  mutating func distrust() { isStale = true }

  /// Writes those of the entries that the kernel does not hold like this. Returns how many these were.
  @discardableResult
  mutating func write(_ desired: [Key: Value]) throws -> Int {
    let missing = desired.filter { contents[$0.key] != $0.value }.map { (key: $0.key, value: $0.value) }
    if missing.isEmpty { return 0 }
    do {
      try table.write(missing)
    } catch {
      isStale = true
      throw error
    }
    for (key, value) in missing { contents[key] = value }
    effects += missing.count
    return missing.count
  }

  /// Deletes those of the keys that the kernel holds. Returns how many these were.
  @discardableResult
  mutating func remove(_ keys: some Sequence<Key>) throws -> Int {
    let present = keys.filter { contents[$0] != nil }
    if present.isEmpty { return 0 }
    do {
      try table.remove(present)
    } catch {
      isStale = true
      throw error
    }
    for key in present { contents[key] = nil }
    effects += present.count
    return present.count
  }
}
