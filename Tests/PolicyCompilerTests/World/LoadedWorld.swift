import DataplaneABI
import EBPF
import Policy
import PolicyCompiler

/// Policies in the kernel, run by BPF_PROG_TEST_RUN. A question goes in and comes out in the packet, so that it takes one system call.
final class LoadedWorld: WorldSide {
  private let maps: MapSet
  private let classMaps: ClassMaps
  private let starter: LoadedProgram
  private var policies: [UInt32: LoadedPolicy] = [:]
  /// What each slot holds, by number.
  private var slots: [UInt32: UInt32] = [:]
  /// An Ethernet header, then the question.
  private static let header = 16

  init() throws {
    maps = try LoadedSide.makeMaps(slots: WorldSlots.count)
    classMaps = try ClassMaps(maps)
    starter = try LoadedWorld.starter().load(maps: maps)
    let end = try LoadedWorld.end().load(maps: maps)
    try maps.map(MapName.policyPrograms).setProgram(at: WorldSlots.decided, end)
  }

  func install(_ policy: NumberedProgram, at slot: UInt32, classes: [AddressClass]) throws {
    if policies[policy.number] == nil {
      policies[policy.number] = try LoadedPolicy(
        policy.compiled, number: policy.number, maps: maps, splitSlots: policy.splitSlots, classes: classes)
    }
    try policies[policy.number]?.install(in: maps.map(MapName.policyPrograms), at: slot)
    slots[slot] = policy.number
  }

  func forget(_ number: UInt32) {
    policies[number] = nil
    slots = slots.filter { $0.value != number }
  }

  func write(_ writes: ClassWrites, classes: [AddressClass]) throws {
    for (number, policy) in policies where try !policy.add(writes.newClasses) {
      try loadAnew(number, policy, classes)
    }
    try classMaps.write(writes)
    for policy in policies.values { try policy.remove(writes.oldClasses) }
  }

  /// Its maps have no room for new classes.
  private func loadAnew(_ number: UInt32, _ policy: LoadedPolicy, _ classes: [AddressClass]) throws {
    let own = classes.filter { $0.family == policy.compiled.family }
    let fresh = try LoadedPolicy(
      policy.compiled, number: number, maps: maps, splitSlots: policy.splitSlots, classes: own)
    policies[number] = fresh
    for (slot, holder) in slots where holder == number {
      try fresh.install(in: maps.map(MapName.policyPrograms), at: slot)
    }
  }

  func ask(_ question: PolicyQuestion) throws -> (question: PolicyQuestion, slot: UInt32) {
    var frame = [UInt8](repeating: 0, count: LoadedWorld.header)
    withUnsafeBytes(of: question) { frame.append(contentsOf: $0) }
    let result = try starter.run(frame)
    guard result.verdict == Int32(WorldSlots.decided), result.data.count == frame.count else {
      throw Astray("verdict \(result.verdict) of \(result.data.count) bytes")
    }
    let answer = result.data.withUnsafeBytes {
      $0.loadUnaligned(fromByteOffset: LoadedWorld.header, as: PolicyQuestion.self)
    }
    return (answer, UInt32(result.verdict))
  }

  /// Puts the packet's question where policies find it, and goes to the first of them. Returns 9 where there is none.
  private static func starter() throws -> ProgramSpec {
    var code = beginning()
    moveQuestion(&code, .loadBytes)
    code.move(.r1, .r6)
    code.loadMap(.r2, MapName.policyPrograms)
    code.load(.word, .r3, .r7, offset(\.first))
    code.call(.tailCall)
    code.label("gone")
    code.move(.r0, 9)
    code.exit()
    return try code.program("starter", type: .schedulerClassifier)
  }

  /// Puts the question into the packet, as policies have left it.
  private static func end() throws -> ProgramSpec {
    var code = beginning()
    moveQuestion(&code, .storeBytes)
    code.move(.r0, Int32(WorldSlots.decided))
    code.exit()
    code.label("gone")
    code.move(.r0, 9)
    code.exit()
    return try code.program("end", type: .schedulerClassifier)
  }

  /// `r6` is the packet, `r7` the question.
  private static func beginning() -> Assembler {
    var code = Assembler()
    code.move(.r6, .r1)
    code.store(.word, .r10, -4, 0)
    code.move(.r2, .r10)
    code.arithmetic(.add, .r2, -4)
    code.loadMap(.r1, MapName.policyQuestion)
    code.call(.mapLookUp)
    code.jump(.equal, .r0, 0, to: "gone")
    code.move(.r7, .r0)
    return code
  }

  private static func moveQuestion(_ code: inout Assembler, _ helper: Helper) {
    code.move(.r1, .r6)
    code.move(.r2, Int32(header))
    code.move(.r3, .r7)
    code.move(.r4, Int32(MemoryLayout<PolicyQuestion>.size))
    code.move(.r5, 0)
    code.call(helper)
    code.jump(.notEqual, .r0, 0, to: "gone")
  }

  private static func offset(_ field: PartialKeyPath<PolicyQuestion>) -> Int16 {
    Int16(MemoryLayout<PolicyQuestion>.offset(of: field) ?? 0)
  }
}
