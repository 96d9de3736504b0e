@testable import EBPF

/// A program that counts its packets and has no opinion on them.
final class CountingProgram: Sendable {
  let program: LoadedProgram
  private let map: TypedMap<UInt32, UInt64>

  init(_ type: ProgramType = .schedulerClassifier, attach: AttachType? = nil, verdict: Int32 = -1) throws {
    let object = try CountingProgram.spec(type, attach: attach, verdict: verdict).load()
    map = try object.maps.typed("count", UInt32.self, UInt64.self)
    program = try object.program("counter")
  }

  var count: UInt64 {
    get throws { try map.lookUp(0) ?? 0 }
  }

  static func spec(_ type: ProgramType, attach: AttachType?, verdict: Int32) throws -> ObjectSpec {
    let map = MapSpec(name: "count", type: .array, key: UInt32.self, value: UInt64.self, maxEntries: 1)
    var code = Assembler()
    code.store(.word, .r10, -4, 0)
    code.move(.r2, .r10)
    code.arithmetic(.add, .r2, -4)
    code.loadMap(.r1, "count")
    code.call(.mapLookUp)
    code.jump(.equal, .r0, 0, to: "done")
    code.move(.r1, 1)
    code.atomicAdd(.double, .r0, 0, .r1)
    code.label("done")
    code.move(.r0, verdict)
    code.exit()
    return ObjectSpec(name: "counter", maps: [map], programs: [try code.program("counter", type: type, attach: attach)])
  }
}
