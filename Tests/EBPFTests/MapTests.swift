import Testing

@testable import EBPF

@Suite("Maps", .enabled(if: Privileges.isRoot, "needs root"))
struct MapTests {
  struct Pair: BitwiseCopyable, Equatable, Hashable {
    var low: UInt32
    var high: UInt32
  }

  private func hash(_ entries: UInt32 = 16) throws -> TypedMap<UInt32, Pair> {
    try Map.create(
      MapSpec(name: "test_hash", type: .hash, key: UInt32.self, value: Pair.self, maxEntries: entries)
    ).typed(UInt32.self, Pair.self)
  }

  @Test("An element is stored, read, replaced and deleted")
  func elements() throws {
    let map = try hash()
    #expect(try map.lookUp(1) == nil)
    try map.update(1, Pair(low: 10, high: 20))
    #expect(try map.lookUp(1) == Pair(low: 10, high: 20))
    try map.update(1, Pair(low: 11, high: 21), .replace)
    #expect(try map.lookUp(1)?.low == 11)
    #expect(try map.delete(1))
    #expect(try !map.delete(1))
  }

  @Test("`create` refuses what is there, `replace` what is not")
  func modes() throws {
    let map = try hash()
    try map.update(1, Pair(low: 1, high: 1), .create)
    let exists = #expect(throws: KernelError.self) { try map.update(1, Pair(low: 1, high: 1), .create) }
    #expect(exists?.errno == .exists)
    let missing = #expect(throws: KernelError.self) { try map.update(2, Pair(low: 1, high: 1), .replace) }
    #expect(missing?.errno == .noEntry)
  }

  @Test("A full map says so, by name and with the way out")
  func full() throws {
    let map = try hash(1)
    try map.update(1, Pair(low: 1, high: 1))
    let error = #expect(throws: KernelError.self) { try map.update(2, Pair(low: 1, high: 1)) }
    #expect(
      error?.description
        == "update map test_hash: Argument list too long (E2BIG). The map is full, or the key is past its last index: raise its max entries."
    )
  }

  @Test("Entries and keys come back whole, and batches write and delete them")
  func batches() throws {
    let map = try hash(5000)
    let entries = (0..<5000).map { (key: UInt32($0), value: Pair(low: UInt32($0), high: 7)) }
    try map.update(entries)
    let read = try map.entries()
    #expect(read.count == 5000)
    #expect(Dictionary(uniqueKeysWithValues: read.map { ($0.key, $0.value) })[4321] == Pair(low: 4321, high: 7))
    #expect(Set(try map.keys()) == Set(0..<5000))
    // Every third key is missing from the map by now: it is skipped.
    for key in stride(from: UInt32(0), to: 5000, by: 3) { try map.delete(key) }
    try map.delete((0..<4999).map { UInt32($0) })
    #expect(try map.keys() == [4999])
    try map.delete([])
    try map.update([])
  }

  @Test("Reading in batches and one by one gives the same")
  func oneByOne() throws {
    let map = try hash(3000)
    try map.update((0..<3000).map { (key: UInt32($0), value: Pair(low: UInt32($0), high: 1)) })
    let each = try map.elements.lookUpEach()
    let keys = NativeValue<UInt32>.all(each.keys, stride: 4)
    let values = NativeValue<Pair>.all(each.values, stride: 8)
    let batch = try map.entries()
    #expect(Dictionary(uniqueKeysWithValues: zip(keys, values)).count == 3000)
    #expect(batch.count == 3000)
    #expect(zip(keys, values).allSatisfy { $0 == $1.low })
  }

  @Test("A map type without batches is written, read and deleted from one by one")
  func withoutBatches() throws {
    // Interfaces by key (BPF_MAP_TYPE_DEVMAP_HASH); 1 is the loopback interface.
    let spec = MapSpec(
      name: "test_devices", type: MapType(rawValue: 25), key: UInt32.self, value: UInt32.self, maxEntries: 8)
    let map = try Map.create(spec).typed(UInt32.self, UInt32.self)
    #expect(try map.elements.lookUpBatches() == nil)
    try map.update([(key: 3, value: 1), (key: 4, value: 1), (key: 5, value: 1)])
    #expect(Set(try map.entries().map(\.key)) == [3, 4, 5])
    try map.delete([3, 9, 5])
    #expect(try map.keys() == [4])
  }

  @Test("A batch that stops half way says how far it came")
  func halfBatch() throws {
    let map = try hash(4)
    let error = #expect(throws: KernelError.self) {
      try map.update((0..<6).map { (key: UInt32($0), value: Pair(low: 0, high: 0)) })
    }
    #expect(error?.errno == .argumentListTooLong)
    #expect(error?.detail == "after 4 of 6 elements")
    #expect(try map.keys().count == 4)
  }

  @Test("A view of the wrong size is refused and names the type")
  func sizes() throws {
    let map = try hash().map
    let error = #expect(throws: KernelError.self) { _ = try map.typed(UInt64.self, Pair.self) }
    #expect(
      error?.description == "view map test_hash: UInt64 as its key has 8 bytes, the kernel's has 4")
  }

  @Test("A per-CPU array has a value for each CPU")
  func perCPU() throws {
    let spec = MapSpec(name: "test_percpu", type: .perCPUArray, key: UInt32.self, value: UInt32.self, maxEntries: 2)
    let map = try Map.create(spec).typed(UInt32.self, UInt32.self)
    let cpus = try PossibleCPUs.count()
    try map.updatePerCPU(1, (0..<cpus).map { UInt32($0 + 5) })
    #expect(try map.lookUpPerCPU(1) == (0..<cpus).map { UInt32($0 + 5) })
    #expect(try map.entriesPerCPU().map(\.values.count) == [cpus, cpus])
    #expect(throws: KernelError.self) { try map.lookUp(1) }
  }

  @Test("An LPM trie finds the longest prefix")
  func trie() throws {
    let spec = MapSpec(
      name: "test_lpm", type: .lpmTrie, key: Pair.self, value: UInt32.self, maxEntries: 8, flags: .noPreallocation)
    let map = try Map.create(spec).typed(Pair.self, UInt32.self)
    try map.update(Pair(low: 8, high: UInt32(0x0a00_0000).bigEndian), 1)
    try map.update(Pair(low: 16, high: UInt32(0x0a01_0000).bigEndian), 2)
    #expect(try map.lookUp(Pair(low: 32, high: UInt32(0x0a01_0203).bigEndian)) == 2)
    #expect(try map.lookUp(Pair(low: 32, high: UInt32(0x0a02_0203).bigEndian)) == 1)
    #expect(try map.entries().count == 2)
  }
}
