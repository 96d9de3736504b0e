import Glibc
import Policy
import PolicyCompiler
import PolicyWorld
import Testing

/// Tiers, policies of all kinds, sets, pods and packets by chance: the oracle, which has only the objects, and what production makes of
/// them, interpreted and in the kernel, agree on each packet: what becomes of it, who decides, and whether it is noted.
///
/// `APUS_SEED` repeats a run, `APUS_CASES` says how many packets are asked about, `APUS_MEASURE` tells what there was.
@Suite("Policies by chance, as they run")
struct WorldTests {
  private static let seed = number("APUS_SEED") ?? UInt64.random(in: 0...UInt64(UInt32.max))
  private static let cases = number("APUS_CASES").map { Int($0) } ?? 20_000
  private static let lanes = 2

  @Test("the oracle, the interpreted programs and the loaded ones agree", arguments: 0..<lanes)
  func agree(lane: Int) throws {
    var tally = WorldTally()
    let start = ContinuousClock.now
    var seed = Self.seed &+ UInt64(lane)
    while tally.packets < Self.cases / Self.lanes {
      let play = WorldPlay(seed: seed)
      guard play.isFine(&tally) else { return }
      seed &+= UInt64(Self.lanes)
    }
    #expect(tally.allowed > tally.packets / 10 && tally.denied > tally.packets / 10, "\(tally)")
    #expect(tally.logged > 0 && tally.chains > tally.packets / 20 && tally.rules.count > 20, "\(tally)")
    if getenv("APUS_MEASURE") != nil {
      print("seed \(Self.seed), lane \(lane), \(ContinuousClock.now - start): \(tally)")
    }
  }

  private static func number(_ name: String) -> UInt64? { getenv(name).flatMap { UInt64(String(cString: $0)) } }
}

/// Of what there was how much.
struct WorldTally: CustomStringConvertible {
  var worlds = 0
  var allowed = 0
  var denied = 0
  var logged = 0
  /// Packets that two pods of the node were asked about.
  var chains = 0
  var rules: Set<RuleID> = []

  var packets: Int { allowed + denied }

  mutating func count(_ question: WorldQuestion, _ answer: WorldAnswer) {
    if answer.isAllowed { allowed += 1 } else { denied += 1 }
    if answer.isLogged { logged += 1 }
    if question.stops.count > 1 { chains += 1 }
    if rules.count < 10_000 { rules.insert(answer.rule) }
  }

  var description: String {
    "\(worlds) worlds, \(packets) packets, \(allowed) allowed, \(logged) noted, \(chains) of two pods, \(rules.count) rules decided"
  }
}
