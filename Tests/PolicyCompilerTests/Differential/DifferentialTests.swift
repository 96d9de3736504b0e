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
        Issue.record("seed \(seed): \(error)\n\(try Self.shortened(bench, error))")
        return
      }
    }
    #expect(tally.contains { $0.key.isAllowed } && tally.contains { !$0.key.isAllowed })
    #expect(tally.contains { $0.key.isLogged } && tally.count > 20)
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

  private static func changes(_ chance: inout Chance, _ family: AddressFamily, _ most: Int) -> [MembershipChange] {
    (0..<chance.below(most)).map { _ in
      let seed = RandomPolicy.change(&chance, family)
      return MembershipChange(seed.set, seed.member, isMember: seed.isMember)
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
