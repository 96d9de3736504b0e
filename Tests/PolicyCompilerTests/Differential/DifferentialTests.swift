import Glibc
import Policy
import PolicyCompiler
import Testing

/// Seeds repeat. `APUS_POLICY_SEEDS=5000 swift test --filter PolicyCompilerTests` runs more of them.
@Suite("Random policies")
struct DifferentialTests {
  private static let seeds = getenv("APUS_POLICY_SEEDS").flatMap { Int(String(cString: $0)) } ?? 400
  /// Runs that share maps, so that classes come and go under many policies.
  private static let lanes = 4

  @Test("mean the same rule by rule, interpreted and in the kernel", arguments: 0..<lanes)
  func agree(lane: Int) throws {
    let bench = try Bench()
    var tally: [Decision: Int] = [:]
    for seed in stride(from: lane, to: Self.seeds, by: Self.lanes) {
      do {
        try Self.play(UInt64(seed), bench, &tally)
      } catch {
        // At once, since to make it small may take its time.
        print("seed \(seed): \(error)")
        Issue.record("seed \(seed): \(error)\n\(try Self.shortened(bench, error))")
        return
      }
    }
    #expect(tally.contains { $0.key.isAllowed } && tally.contains { !$0.key.isAllowed })
    #expect(tally.contains { $0.key.isLogged } && tally.count > 20)
  }

  @Test("that are compiled wrongly are noticed, and made small")
  func noticed() throws {
    let packet = TestPacket("10.1.1.1", "10.1.1.2")
    /// A compiler that takes the rule's last port for no part of it.
    func wrong(_ policy: EffectivePolicy) -> EffectivePolicy {
      var wrong = policy
      for stage in wrong.stages.indices {
        for rule in wrong.stages[stage].rules.indices {
          guard case .among(let ports) = wrong.stages[stage].rules[rule].match.destination.ports else { continue }
          wrong.stages[stage].rules[rule].match.destination.ports = .among(ports.subtracting([.range(80...80)]))
        }
      }
      return wrong
    }
    func shows(_ policy: EffectivePolicy) -> Bool {
      do {
        let bench = try Bench()
        try bench.use(policy, .ipv4, compiling: wrong(policy))
        _ = try bench.ask(packet)
        return false
      } catch {
        return error is Disagreement
      }
    }
    var chance = Chance(seed: 3)
    var policy = RandomPolicy.policy(&chance, .ipv4)
    let rule = EffectiveRule(
      .allow, RuleMatch(transport: TransportMatch(proto: 6), destination: PeerMatch(ports: .among([.range(80...80)]))))
    policy.stages.insert(PolicyStage([EffectiveRule(.pass, RuleMatch(family: .ipv6)), rule], .deny), at: 0)
    #expect(shows(policy))
    let short = PolicyShrinking.shortest(policy, shows: shows)
    let ports = PeerMatch(ports: .among([.range(80...80)]))
    #expect(short.stages.flatMap(\.rules).map(\.match) == [RuleMatch(destination: ports)])
  }

  private static func play(_ seed: UInt64, _ bench: Bench, _ tally: inout [Decision: Int]) throws {
    var chance = Chance(seed: seed)
    let family = chance.pick(AddressFamily.allCases)
    try bench.apply(changes(&chance, family, 8))
    let limits = CompilerLimits(words: chance.pick([1, 2, 16]), programs: 20)
    try bench.use(RandomPolicy.policy(&chance, family), family, limits)
    for turn in 0..<48 {
      if turn % 12 == 11 { try bench.apply(changes(&chance, family, 4)) }
      tally[try bench.ask(RandomPolicy.packet(&chance, family, bench.members)), default: 0] += 1
    }
    try bench.checkCounters()
  }

  private static func changes(_ chance: inout Chance, _ family: AddressFamily, _ most: Int) -> [SetChange] {
    (0..<chance.below(most)).map { _ in
      let seed = RandomPolicy.change(&chance, family)
      return SetChange(seed.set, seed.member, isMember: seed.isMember)
    }
  }

  /// The smallest policy that shows the same, and what is in its sets.
  private static func shortened(_ bench: Bench, _ error: any Error) throws -> String {
    guard let packet = bench.lastPacket, let family = bench.compiled?.family else { return "" }
    let members = bench.members
    func shows(_ policy: EffectivePolicy) -> Bool {
      guard let fresh = try? Bench(policy, family, members: members, limits: bench.limits) else { return false }
      do {
        _ = try fresh.ask(packet)
        return false
      } catch {
        return true
      }
    }
    guard shows(bench.policy) else { return "a fresh kernel does not show it: it takes what came before" }
    let policy = PolicyShrinking.shortest(bench.policy, shows: shows)
    return "\(packet)\n\(policy)\n\(members)"
  }
}
