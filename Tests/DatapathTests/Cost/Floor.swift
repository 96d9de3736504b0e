import EBPF

/// What every program pays that does just one thing: the ground that others stand on.
enum Floor: String, CaseIterable {
  case empty = "empty program"
  case hash = "one hash look-up"
  case lru = "one LRU look-up"
  case coarseClock = "one coarse clock"
  case clock = "one clock"

  private static let key: Int32 = 7

  func harness() throws -> RestoringHarness {
    let map = MapSpec(
      name: "floor", type: self == .hash ? .hash : .lruHash, key: UInt32.self, value: UInt64.self, maxEntries: 100_000)
    var code = Assembler()
    switch self {
    case .empty: break
    case .hash, .lru:
      code.store(.word, .r10, -4, Self.key)
      code.move(.r2, .r10)
      code.arithmetic(.add, .r2, -4)
      code.loadMap(.r1, "floor")
      code.call(.mapLookUp)
    case .clock: code.call(.monotonicTime)
    case .coarseClock: code.call(Helper(rawValue: 160))
    }
    code.move(.r0, -1)
    code.exit()
    let spec = ObjectSpec(
      name: "floor", maps: [map], programs: [try code.program("floor", type: .schedulerClassifier)])
    let object = try spec.load()
    try object.maps.typed("floor", UInt32.self, UInt64.self).update(UInt32(Self.key), 1)
    return try RestoringHarness(
      [UInt8](repeating: 0, count: 80), freshPortAt: nil, try object.program("floor"), verdict: -1)
  }
}
