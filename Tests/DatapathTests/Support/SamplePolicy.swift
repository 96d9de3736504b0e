import DataplaneABI
import EBPF
import KernelRuntime

/// Policies whose rule is one bit of the question: as closures for the simulated kernel, as programs for the real one.
enum SamplePolicy: UInt32, CaseIterable {
  /// Denies odd ports, and odd codes of ICMP.
  case evenPorts
  /// Denies odd source ports.
  case evenSources

  /// A pod's first slot with that policy for all that it sends and receives.
  var slot: UInt32 { PolicySlot.first + rawValue * PolicySlot.perWorkload }
  /// That of a pod whose policies are not there yet.
  static let missing = PolicySlot.first + UInt32(allCases.count) * PolicySlot.perWorkload

  /// Those that programs may find in routes: policies that are there, that are not, and none that is wanted.
  static let slots = allCases.map(\.slot) + [missing, 0, PolicySlot.unenforced, PolicySlot.unenforced]

  private var slots: Range<UInt32> { slot..<slot + PolicySlot.perWorkload }

  func allows(_ question: PolicyQuestion) -> Bool {
    switch self {
    case .evenPorts: question.transport.rawValue & 1 == 0
    case .evenSources: question.sourcePort & 1 == 0
    }
  }

  /// The same, with the decider noted where it denies.
  private func answer(_ question: inout PolicyQuestion) -> Bool {
    if allows(question) { return true }
    question.program = rawValue + 1
    question.rule = Self.rule
    return false
  }

  /// The number of the one rule of each.
  static let rule: UInt32 = 3

  /// All of them, by slot.
  static var simulated: [UInt32: SimulatedPolicy] {
    var policies: [UInt32: SimulatedPolicy] = [:]
    for policy in allCases {
      for slot in policy.slots { policies[slot] = { policy.answer(&$0) } }
    }
    return policies
  }

  /// Puts all of them into the slots of loaded programs.
  ///
  /// - Parameter specs: definitions that the programs' maps were made from.
  static func load(into maps: MapSet, _ specs: [MapSpec]) throws {
    let names: Set = [MapName.policyQuestion, MapName.policyPrograms]
    let object = ObjectSpec(
      name: "policies", maps: specs.filter { names.contains($0.name) },
      programs: try allCases.map { try $0.code.program("policy\($0.rawValue)", type: .schedulerClassifier) })
    let loaded = try object.load(
      LoadOptions(maps: maps) { spec in
        if let map = maps[spec.name] { spec.maxEntries = UInt32(map.info.maxEntries) }
      })
    for policy in allCases {
      let program = try loaded.program("policy\(policy.rawValue)")
      for slot in policy.slots { try maps.map(MapName.policyPrograms).setProgram(at: slot, program) }
    }
  }

  private var code: Assembler {
    var code = Assembler()
    code.move(.r6, .r1)
    code.store(.word, .r10, -4, 0)
    code.move(.r2, .r10)
    code.arithmetic(.add, .r2, -4)
    code.loadMap(.r1, MapName.policyQuestion)
    code.call(.mapLookUp)
    code.jump(.equal, .r0, 0, to: "shot")
    code.move(.r7, .r0)
    switch self {
    case .evenPorts: code.load(.word, .r1, .r7, Self.offset(\.transport))
    case .evenSources: code.load(.half, .r1, .r7, Self.offset(\.sourcePort))
    }
    code.jump(.anyBit, .r1, 1, to: "deny")
    code.load(.word, .r3, .r7, Self.offset(\.next))
    code.load(.word, .r1, .r7, Self.offset(\.next2))
    code.store(.word, .r7, Self.offset(\.next), .r1)
    code.load(.word, .r1, .r7, Self.offset(\.next3))
    code.store(.word, .r7, Self.offset(\.next2), .r1)
    code.goOn()
    code.store(.word, .r7, Self.offset(\.isDenied), 2)
    code.jump(to: "end")
    code.label("deny")
    code.store(.word, .r7, Self.offset(\.isDenied), 1)
    code.store(.word, .r7, Self.offset(\.program), Int32(rawValue + 1))
    code.store(.word, .r7, Self.offset(\.rule), Int32(Self.rule))
    code.label("end")
    code.load(.word, .r3, .r7, Self.offset(\.next3))
    code.goOn()
    code.label("shot")
    code.move(.r0, 2)
    code.exit()
    return code
  }

  private static func offset<Field>(_ field: KeyPath<PolicyQuestion, Field>) -> Int16 {
    Int16(MemoryLayout<PolicyQuestion>.offset(of: field) ?? 0)
  }
}

extension Assembler {
  /// Goes on to the slot in `r3`.
  fileprivate mutating func goOn() {
    move(.r1, .r6)
    loadMap(.r2, MapName.policyPrograms)
    call(.tailCall)
  }
}
