import DataplaneABI
import EBPF
import Glibc
import Policy
import PolicyCompiler

/// A compiled policy in the kernel, run by BPF_PROG_TEST_RUN.
final class LoadedSide: PolicySide {
  static let canRun = geteuid() == 0

  private(set) var policy: LoadedPolicy?
  let maps: MapSet
  private let starter: LoadedProgram
  private let question: TypedMap<UInt32, PolicyQuestion>
  private let classMaps: ClassMaps
  private let cpus: Int
  /// A frame that nobody looks at.
  private static let frame = [UInt8](repeating: 0, count: 64)

  init() throws {
    maps = try LoadedSide.makeMaps()
    question = try maps.typed(MapName.policyQuestion, UInt32.self, PolicyQuestion.self)
    classMaps = try ClassMaps(maps)
    cpus = try PossibleCPUs.count()
    starter = try LoadedSide.starter(maps)
    let slots = try maps.map(MapName.policyPrograms)
    for slot: UInt32 in 1...3 { try slots.setProgram(at: slot, LoadedSide.continuation(Int32(slot))) }
  }

  static func makeMaps(slots count: UInt32 = PolicySlots.count) throws -> MapSet {
    var maps = MapSet()
    let state = MapSpec(
      name: MapName.policyQuestion, type: .perCPUArray, key: UInt32.self, value: PolicyQuestion.self, maxEntries: 1)
    let slots = MapSpec(
      name: MapName.policyPrograms, type: .programArray, key: UInt32.self, value: UInt32.self,
      maxEntries: count)
    var specs = [state, slots]
    for (name, size) in [(MapName.addressSets4, UInt32(8)), (MapName.addressSets6, 20)] {
      specs.append(
        MapSpec(
          name: name, type: .lpmTrie, keySize: size, valueSize: 4, maxEntries: 200_000, flags: .noPreallocation))
    }
    for (name, size) in [(MapName.portSets4, UInt32(8)), (MapName.portSets6, 20)] {
      specs.append(
        MapSpec(name: name, type: .hash, keySize: size, valueSize: 4, maxEntries: 65_536, flags: .noPreallocation))
    }
    for spec in specs { maps.insert(try Map.create(spec)) }
    return maps
  }

  /// Goes to the pod's slot, and returns 9 where there is nothing.
  private static func starter(_ maps: MapSet) throws -> LoadedProgram {
    var code = Assembler()
    code.loadMap(.r2, MapName.policyPrograms)
    code.move(.r3, Int32(PolicySlots.pod))
    code.call(.tailCall)
    code.move(.r0, 9)
    code.exit()
    return try code.program("starter", type: .schedulerClassifier).load(maps: maps)
  }

  private static func continuation(_ verdict: Int32) throws -> LoadedProgram {
    var code = Assembler()
    code.move(.r0, verdict)
    code.exit()
    return try code.program("continuation", type: .schedulerClassifier).load()
  }

  func use(_ compiled: CompiledPolicy, classes: [AddressClass]) throws {
    let policy = try LoadedPolicy(
      compiled, number: 7, maps: maps, splitSlots: PolicySlots.splits(compiled), classes: classes)
    try policy.install(in: maps.map(MapName.policyPrograms), at: PolicySlots.pod)
    self.policy = policy
  }

  func write(_ writes: ClassWrites) throws {
    if let policy, try !policy.add(writes.newClasses) { throw Astray("no room for classes") }
    try classMaps.write(writes)
    try policy?.remove(writes.oldClasses)
  }

  func ask(_ packet: TestPacket) throws -> Decision {
    try question.updatePerCPU(0, Array(repeating: packet.question, count: cpus))
    let result = try starter.run(LoadedSide.frame)
    guard let answer = try question.lookUpPerCPU(0)?.first(where: { $0.program != .max }) else {
      throw Astray("\(packet): no program decided, verdict \(result.verdict)")
    }
    return try Decision(answer, continuation: Int(result.verdict))
  }

  func counters() throws -> [UInt64] { try policy?.counters() ?? [] }

  /// Mean nanoseconds of `count` runs of the starter and what follows it. The question is as the first run leaves it.
  func time(_ packet: TestPacket, count: UInt32) throws -> UInt32 {
    try question.updatePerCPU(0, Array(repeating: packet.question, count: cpus))
    return try starter.run(TestRunInput(data: LoadedSide.frame, repeatCount: count)).nanoseconds
  }
}
