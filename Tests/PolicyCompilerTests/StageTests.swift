import Policy
import PolicyCompiler
import Testing

@Suite("Stages of a compiled policy")
struct StageTests {
  private static let tcp = RuleMatch(transport: TransportMatch(proto: 6))
  private static let web = RuleMatch(
    transport: TransportMatch(proto: 6), destination: PeerMatch(ports: .among([.range(80...80)])))

  private static func bench(_ stages: [PolicyStage], _ limits: CompilerLimits = CompilerLimits()) throws -> Bench {
    try Bench(EffectivePolicy(direction: .egress, stages: stages), limits: limits)
  }

  @Test("without stages nothing passes")
  func empty() throws {
    let bench = try Self.bench([])
    #expect(try bench.ask(TestPacket(6)) == Decision(isAllowed: false, rule: 0))
    #expect(bench.compiled?.ruleIDs == [RuleID(owner: .endOfProfiles, direction: .egress, index: nil)])
    try bench.checkCounters()
  }

  @Test("the first rule that matches decides")
  func firstMatch() throws {
    let denied = try Self.bench([PolicyStage([EffectiveRule(.deny, Self.web), EffectiveRule(.allow, Self.tcp)], .deny)])
    #expect(try denied.ask(TestPacket(6, 80)) == Decision(isAllowed: false, rule: 0))
    #expect(try denied.ask(TestPacket(6, 81)) == Decision(isAllowed: true, rule: 1))
    #expect(try denied.ask(TestPacket(17, 80)) == Decision(isAllowed: false, rule: 2))
    let allowed = try Self.bench([
      PolicyStage([EffectiveRule(.allow, Self.web), EffectiveRule(.deny, Self.tcp)], .deny)
    ])
    #expect(try allowed.ask(TestPacket(6, 80)) == Decision(isAllowed: true, rule: 0))
    #expect(try allowed.ask(TestPacket(6, 81)) == Decision(isAllowed: false, rule: 1))
    try allowed.checkCounters()
  }

  @Test("pass leaves a stage, and its end may as well")
  func pass() throws {
    let bench = try Self.bench([
      PolicyStage([EffectiveRule(.pass, Self.web), EffectiveRule(.deny, Self.tcp)], .pass),
      PolicyStage([EffectiveRule(.allow, Self.tcp)], .deny),
    ])
    #expect(try bench.ask(TestPacket(6, 80)) == Decision(isAllowed: true, rule: 3))
    #expect(try bench.ask(TestPacket(6, 81)) == Decision(isAllowed: false, rule: 1))
    #expect(try bench.ask(TestPacket(17, 80)) == Decision(isAllowed: false, rule: 4))
    try bench.checkCounters()
  }

  @Test("whoever passes on in the last stage denies")
  func passAtEnd() throws {
    let bench = try Self.bench([PolicyStage([EffectiveRule(.pass, Self.tcp)], .pass)])
    #expect(try bench.ask(TestPacket(6)) == Decision(isAllowed: false, rule: 0))
    #expect(try bench.ask(TestPacket(17)) == Decision(isAllowed: false, rule: 1))
  }

  @Test("stages that do the same with every packet have no bits")
  func constants() throws {
    let bench = try Self.bench([
      PolicyStage([], .pass), PolicyStage([EffectiveRule(.pass)], .deny), PolicyStage([EffectiveRule(.allow)], .deny),
    ])
    #expect(try bench.ask(TestPacket(6)) == Decision(isAllowed: true, rule: 3))
    #expect(bench.compiled?.programs.map(\.words) == [0])
    try bench.checkCounters()
  }

  @Test("nothing that comes after a decision is asked")
  func shadowed() throws {
    let bench = try Self.bench([
      PolicyStage([EffectiveRule(.deny, Self.web), EffectiveRule(.allow), EffectiveRule(.deny, Self.tcp)], .deny),
      PolicyStage([EffectiveRule(.deny)], .deny),
    ])
    #expect(try bench.ask(TestPacket(6, 81)) == Decision(isAllowed: true, rule: 1))
    #expect(bench.compiled?.ruleIDs.count == 6)
  }

  @Test("logs are noted, and decide nothing")
  func logs() throws {
    let bench = try Self.bench([
      PolicyStage(
        [
          EffectiveRule(.log, Self.web), EffectiveRule(.log, Self.tcp), EffectiveRule(.allow, Self.tcp),
          EffectiveRule(.log),
        ],
        .deny)
    ])
    #expect(try bench.ask(TestPacket(6, 80)) == Decision(isAllowed: true, rule: 2, isLogged: true))
    #expect(try bench.ask(TestPacket(6, 81)) == Decision(isAllowed: true, rule: 2, isLogged: true))
    #expect(try bench.ask(TestPacket(17, 81)) == Decision(isAllowed: false, rule: 4, isLogged: true))
    try bench.checkCounters()
    let before = try Self.bench([PolicyStage([EffectiveRule(.allow, Self.web), EffectiveRule(.log)], .deny)])
    #expect(try before.ask(TestPacket(6, 80)) == Decision(isAllowed: true, rule: 0))
    try before.checkCounters()
  }

  /// A rule for each port from 1000 on.
  private static func ports(_ count: Int, _ action: (Int) -> RuleAction) -> [EffectiveRule] {
    (0..<count).map { index in
      let port = UInt16(1000 + index)
      return EffectiveRule(action(index), RuleMatch(destination: PeerMatch(ports: .among([.range(port...port)]))))
    }
  }

  @Test("a stage that is too large for one program", arguments: [64, 65, 127, 128, 129, 300])
  func splits(_ count: Int) throws {
    let actions: [RuleAction] = [.allow, .deny, .pass, .log]
    let bench = try Self.bench(
      [
        PolicyStage([EffectiveRule(.pass, Self.web)], .pass), PolicyStage(Self.ports(count) { actions[$0 % 4] }, .pass),
        PolicyStage([EffectiveRule(.allow, Self.tcp)], .deny),
      ], CompilerLimits(words: 1, programs: 20))
    #expect((bench.compiled?.programs.count ?? 0) > count / 64)
    for port in [80, 999] + (1000...1000 + UInt16(count)) {
      _ = try bench.ask(TestPacket(6, port))
      _ = try bench.ask(TestPacket(17, port))
    }
    try bench.checkCounters()
  }

  @Test("a stage that is split is the last one")
  func splitLast() throws {
    let bench = try Self.bench(
      [PolicyStage(Self.ports(200) { $0 % 3 == 0 ? .pass : .allow }, .pass)], CompilerLimits(words: 1, programs: 20))
    for port: UInt16 in [999, 1000, 1001, 1063, 1064, 1128, 1198, 1199, 1200] { _ = try bench.ask(TestPacket(6, port)) }
    try bench.checkCounters()
  }

  @Test("more rules than programs hold are refused in a sentence")
  func tooLarge() {
    let policy = EffectivePolicy.tier(Self.ports(200) { _ in .allow })
    #expect {
      try CompiledPolicy(policy, family: .ipv4, limits: CompilerLimits(words: 1, programs: 3))
    } throws: { error in
      "\(error)" == "a policy of 201 rules takes 4 programs, more than 3"
    }
  }

  @Test("equal policies are equal programs with equal names; others have others")
  func names() throws {
    let one = EffectivePolicy.tier([EffectiveRule(.allow, RuleMatch(source: PeerMatch(sets: [IPSetID("a")])))])
    let two = EffectivePolicy.tier([EffectiveRule(.allow, RuleMatch(source: PeerMatch(sets: [IPSetID("b")])))])
    let name = try CompiledPolicy(one, family: .ipv4).name
    #expect(try CompiledPolicy(one, family: .ipv4).name == name)
    #expect(try CompiledPolicy(two, family: .ipv4).name != name)
    #expect(name.hasPrefix("p4i_") && name.count == 12)
    #expect(try CompiledPolicy(one, family: .ipv6).name.hasPrefix("p6i_"))
  }
}
