import DataplaneABI
import EBPF

/// What every program pays that does just one thing: the ground that others stand on.
enum Floor: String, CaseIterable {
  case empty = "empty program"
  case hash = "one hash look-up"
  case lru = "one LRU look-up"
  case coarseClock = "one coarse clock"
  case clock = "one clock"
  case insert = "one new entry in an LRU table, of the size of IPv4 conntrack"

  private static let key: Int32 = 7

  func harness() throws -> RestoringHarness {
    let map = MapSpec(
      name: "floor", type: self == .hash ? .hash : .lruHash, keySize: Self.keySize, valueSize: Self.valueSize,
      maxEntries: 512_000)
    var code = Assembler()
    switch self {
    case .empty: break
    case .hash, .lru:
      Self.storeKey(&code)
      code.loadMap(.r1, "floor")
      code.call(.mapLookUp)
    case .insert: Self.insert(&code)
    case .clock: code.call(.monotonicTime)
    case .coarseClock: code.call(Helper(rawValue: 160))
    }
    code.move(.r0, -1)
    code.exit()
    let spec = ObjectSpec(
      name: "floor", maps: [map], programs: [try code.program("floor", type: .schedulerClassifier)],
      data: [DataSection(name: ".data", bytes: [UInt8](repeating: 0, count: 8 + Int(Self.valueSize)))])
    let object = try spec.load()
    let key = [UInt8(Self.key)] + [UInt8](repeating: 0, count: Int(Self.keySize) - 1)
    try object.maps.map("floor").update(bytes: key, [UInt8](repeating: 1, count: Int(Self.valueSize)))
    return try RestoringHarness(
      [UInt8](repeating: 0, count: 80), freshPortAt: nil, try object.program("floor"), verdict: -1)
  }

  private static let keySize = UInt32(MemoryLayout<ConntrackKey<IPv4Address>>.size)
  private static let valueSize = UInt32(MemoryLayout<ConntrackValue<IPv4Address>>.size)

  /// r2 points to the key, whose first word is r5 if that is given.
  private static func storeKey(_ code: inout Assembler, first: Register? = nil) {
    for offset in stride(from: Int16(keySize), to: 0, by: -4) { code.store(.word, .r10, -offset, 0) }
    if let first {
      code.store(.word, .r10, -Int16(keySize), first)
    } else {
      code.store(.word, .r10, -Int16(keySize), key)
    }
    code.move(.r2, .r10)
    code.arithmetic(.add, .r2, -Int32(keySize))
  }

  /// A key that was not there before.
  private static func insert(_ code: inout Assembler) {
    code.loadData(.r3, section: ".data")
    code.load(.word, .r5, .r3, 0)
    code.arithmetic(.add, .r5, 1)
    code.store(.word, .r3, 0, .r5)
    storeKey(&code, first: .r5)
    code.arithmetic(.add, .r3, 8)
    code.loadMap(.r1, "floor")
    code.move(.r4, 1)
    code.call(.mapUpdate)
  }
}
