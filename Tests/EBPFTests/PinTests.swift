import Testing

@testable import EBPF

@Suite("Pins", .enabled(if: Privileges.isRoot, "needs root"))
struct PinTests {
  private let folder: PinFolder

  init() throws { folder = try PinFolder("pins-\(UInt32.random(in: 0 ... .max))") }

  @Test("A pinned map is found again with what was in it")
  func reuse() throws {
    let spec = try ObjectSpec(parsing: SampleObject.bytes, name: "sample")
    let options = LoadOptions(pinning: .declared(in: folder.path))
    let id: UInt32
    do {
      let object = try spec.load(options)
      _ = try object.program("main").run([UInt8](repeating: 0, count: 60))
      id = try object.maps.map("hits").info.id
    }
    let object = try spec.load(options)
    #expect(try object.maps.map("hits").info.id == id)
    #expect(try object.maps.typed("hits", UInt32.self, UInt64.self).lookUp(0) == 1)
    #expect(try Map.openPinned("\(folder.path)/hits")?.info.id == id)
  }

  @Test("A pinned map of another shape is refused, and stays as it is")
  func differs() throws {
    let path = "\(folder.path)/hits"
    let old = MapSpec(name: "hits", type: .hash, keySize: 4, valueSize: 8, maxEntries: 10)
    _ = try Map.openOrCreate(old, pinnedAt: path)
    let new = MapSpec(name: "hits", type: .lruHash, keySize: 8, valueSize: 8, maxEntries: 20)
    let error = #expect(throws: KernelError.self) { _ = try Map.openOrCreate(new, pinnedAt: path) }
    #expect(
      error?.description
        == "reuse map hits: what is pinned at \(path) differs: type hash, wanted lru_hash, key size 4, wanted 8, max entries 10, wanted 20. Remove it to start empty, or copy its entries to a new map first."
    )
    #expect(try Map.openPinned(path)?.info.type == .hash)
  }

  @Test("What is pinned there is something else")
  func wrongKind() throws {
    let path = "\(folder.path)/thing"
    try CountingProgram().program.pin(path)
    let error = #expect(throws: KernelError.self) { _ = try Map.openPinned(path) }
    #expect(error?.description == "open pinned map thing: what is at \(path) is a program, not a map")
    #expect(try LoadedProgram.openPinned(path)?.type == .schedulerClassifier)
  }

  @Test("Nothing pinned is no error, and neither is unpinning it")
  func nothing() throws {
    #expect(try Map.openPinned("\(folder.path)/none") == nil)
    #expect(try Link.openPinned("\(folder.path)/none") == nil)
    try Map.unpin("\(folder.path)/none")
  }

  @Test("A pin outside bpffs says what to mount")
  func outside() throws {
    let map = try Map.create(MapSpec(name: "m", type: .array, keySize: 4, valueSize: 4, maxEntries: 1))
    let error = #expect(throws: KernelError.self) { try map.pin("/tmp/apus-no-bpffs/map") }
    #expect(
      error?.description.contains("/tmp/apus-no-bpffs is no folder on a bpf file system: mount -t bpf bpf /sys/fs/bpf")
        == true)
  }
}
