import DataplaneABI
import EBPF
import Policy
import PolicyCompiler

/// Loads policies that have every dimension and more than one program, and asks them, in both families.
enum PolicyCheck {
  static func run(_ report: inout Report) {
    for family in AddressFamily.allCases {
      report.check("a policy with every condition there is, IPv\(family.rawValue)") {
        try PolicyScene(family).check(PolicyScene.everything(family), CompilerLimits())
      }
      report.check("the same in pieces, IPv\(family.rawValue)") {
        try PolicyScene(family).check(PolicyScene.everything(family), CompilerLimits(words: 1))
      }
      report.check("a policy of 1,000 rules, IPv\(family.rawValue)") {
        try PolicyScene(family).check(PolicyScene.large(family), CompilerLimits())
      }
    }
  }
}

/// A kernel's maps for policies, with one address that is in a set.
private struct PolicyScene {
  private static let (red, web) = (IPSetID("red"), IPSetID("web"))
  private static let slot: UInt32 = 16
  private let family: AddressFamily
  private let maps: MapSet
  private let question: TypedMap<UInt32, PolicyQuestion>
  private let starter: LoadedProgram.Handle

  init(_ family: AddressFamily) throws {
    self.family = family
    var maps = MapSet()
    for spec in PolicyScene.specs(family) { maps.insert(try Map.create(spec)) }
    self.maps = maps
    question = try maps.typed(MapName.policyQuestion, UInt32.self, PolicyQuestion.self)
    starter = LoadedProgram.Handle(try PolicyScene.starter(maps))
    let slots = try maps.map(MapName.policyPrograms)
    for verdict: Int32 in [1, 3] {
      var code = Assembler()
      code.move(.r0, verdict)
      code.exit()
      let program = try code.program("continuation", type: .schedulerClassifier).load()
      try slots.setProgram(at: UInt32(verdict), program)
    }
  }

  private static func specs(_ family: AddressFamily) -> [MapSpec] {
    let key: UInt32 = family == .ipv4 ? 8 : 20
    return [
      MapSpec(
        name: MapName.policyQuestion, type: .perCPUArray, key: UInt32.self, value: PolicyQuestion.self, maxEntries: 1),
      MapSpec(
        name: MapName.policyPrograms, type: .programArray, key: UInt32.self, value: UInt32.self, maxEntries: 64),
      MapSpec(
        name: family == .ipv4 ? MapName.addressSets4 : MapName.addressSets6, type: .lpmTrie, keySize: key,
        valueSize: 4, maxEntries: 64, flags: .noPreallocation),
      MapSpec(
        name: family == .ipv4 ? MapName.portSets4 : MapName.portSets6, type: .hash, keySize: key, valueSize: 4,
        maxEntries: 64, flags: .noPreallocation),
    ]
  }

  private static func starter(_ maps: MapSet) throws -> LoadedProgram {
    var code = Assembler()
    code.loadMap(.r2, MapName.policyPrograms)
    code.move(.r3, Int32(slot))
    code.call(.tailCall)
    code.move(.r0, 9)
    code.exit()
    return try code.program("starter", type: .schedulerClassifier).load(maps: maps)
  }

  // MARK: Policies

  private static func prefixes(_ family: AddressFamily, _ index: Int) -> Set<AddressPrefix> {
    let text = family == .ipv4 ? "172.16.\(index % 250).\(index / 250)" : "fd00:ff::\(String(index, radix: 16))"
    return Set([AddressPrefix(text)].compactMap(\.self))
  }

  private static func rule(_ action: RuleAction, _ match: RuleMatch) -> EffectiveRule {
    EffectiveRule(
      id: RuleID(owner: .endOfProfiles, direction: .ingress, index: 0), action: action, match: match)
  }

  private static func policy(_ rules: [EffectiveRule]) -> EffectivePolicy {
    let end = RuleID(owner: .endOfTier(name: "default"), direction: .ingress, index: nil)
    let tier = PolicyStage(rules: rules, end: .pass, endID: end)
    let profile = PolicyStage(rules: [rule(.pass, RuleMatch(source: PeerMatch(sets: [red])))], end: .deny, endID: end)
    let last = rule(.allow, RuleMatch(transport: TransportMatch(proto: 6), source: PeerMatch(sets: [red])))
    return EffectivePolicy(
      direction: .ingress, stages: [tier, profile, PolicyStage(rules: [last], end: .deny, endID: end)])
  }

  /// Rules that are about other packets than those asked about.
  static func everything(_ family: AddressFamily) -> EffectivePolicy {
    let ports: Policy.Choice<PortMatch> = .among([.range(9000...9001), .members(web)])
    let matches = (0..<30).flatMap { index in
      [
        RuleMatch(source: PeerMatch(prefixes: .among(prefixes(family, index)), sets: [red], ports: ports)),
        RuleMatch(destination: PeerMatch(prefixes: .among(prefixes(family, index)), sets: [red], ports: ports)),
        RuleMatch(transport: TransportMatch(proto: 6), destination: PeerMatch(members: web)),
        RuleMatch(transport: TransportMatch(icmp: ICMPMatch(type: UInt8(index)), notICMP: ICMPMatch(type: 0))),
      ]
    }
    return policy(matches.enumerated().map { rule([.log, .deny, .pass][$0 % 3], $1) })
  }

  static func large(_ family: AddressFamily) -> EffectivePolicy {
    policy(
      (0..<1000).map { index in
        let port = UInt16(10_000 + index)
        return rule(
          .deny,
          RuleMatch(
            source: PeerMatch(sets: [IPSetID("set \(index)")]),
            destination: PeerMatch(prefixes: .among(prefixes(family, index)), ports: .among([.range(port...port)]))))
      })
  }

  // MARK: Questions

  /// TCP from the member is allowed, and nothing else.
  func check(_ policy: EffectivePolicy, _ limits: CompilerLimits) throws -> String {
    let compiled = try CompiledPolicy(policy, family: family, limits: limits)
    let one = AddressClass(number: 1, family: family, kind: .addresses, sets: [PolicyScene.red])
    let loaded = try LoadedPolicy(
      compiled, number: 7, maps: maps, splitSlots: (1..<UInt32(compiled.programs.count)).map { 20 + $0 },
      classes: [one], keepsLog: true)
    try loaded.install(in: maps.map(MapName.policyPrograms), at: PolicyScene.slot)
    let sets = try maps.map(family == .ipv4 ? MapName.addressSets4 : MapName.addressSets6)
    try sets.update(bytes: PolicyScene.memberKey(family), [1, 0, 0, 0])
    try expect("what TCP from a member gets", try ask(6, fromMember: true), 1)
    try expect("what TCP from another gets", try ask(6, fromMember: false), 3)
    try expect("what UDP from a member gets", try ask(17, fromMember: true), 3)
    let met = try loaded.counters().reduce(0, +)
    guard met >= 3 else { throw Unexpected("rules were met \(met) times") }
    return try describe(loaded)
  }

  private func describe(_ loaded: LoadedPolicy) throws -> String {
    let programs = loaded.compiled.programs
    let words = try programs.indices.map { index in
      let last = try loaded.program(index).verifierLog.text.split(separator: "\n").last { $0.hasPrefix("processed ") }
      let processed = (last ?? "").split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
      let count = programs[index].spec.instructions.count
      guard processed > 0, processed <= count * 4 else {
        throw Unexpected("the verifier went through \(processed) instructions of \(count)")
      }
      return "\(count) instructions, verifier \(processed)"
    }
    return words.joined(separator: "; ")
  }

  private static func member(_ family: AddressFamily) -> IPv6Address {
    family == .ipv4
      ? IPv6Address(IPv4Address(10, 0, 0, 1).rawValue, 0, 0, 0) : IPv6Address(UInt32(0xfd).littleEndian, 0, 0, 1)
  }

  private static func memberKey(_ family: AddressFamily) -> [UInt8] {
    let address = withUnsafeBytes(of: member(family)) { Array($0.prefix(family == .ipv4 ? 4 : 16)) }
    return [UInt8(address.count * 8), 0, 0, 0] + address
  }

  private func ask(_ proto: UInt8, fromMember: Bool) throws -> Int32 {
    let source = fromMember ? PolicyScene.member(family) : IPv6Address(1, 1, 1, 1)
    var question = PolicyQuestion(
      source: source, destination: IPv6Address(2, 2, 2, 2), transport: PolicyTransport(proto: proto, detail: 80),
      sourcePort: 4000)
    question.next = 1
    question.next3 = 3
    try self.question.updatePerCPU(0, Array(repeating: question, count: PossibleCPUs.count()))
    return try starter.program.run([UInt8](repeating: 0, count: 64)).verdict
  }
}

extension LoadedProgram {
  /// A handle that may be kept in what is copied.
  fileprivate final class Handle: Sendable {
    let program: LoadedProgram
    init(_ program: consuming LoadedProgram) { self.program = program }
  }
}
