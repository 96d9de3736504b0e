import CalicoAPI
import Glibc
import Policy
import PolicyWorld
import Testing

/// Clusters, policies and packets by chance: what the oracle says is what is enforced.
///
/// `APUS_SEED` repeats a run, `APUS_CASES` says how many packets are asked about, `APUS_MEASURE` tells what there was.
@Suite("Policies by chance")
struct PolicyDifferentialTests {
  private let seed = Self.number("APUS_SEED") ?? UInt64.random(in: 0...UInt64(UInt32.max))
  private let cases = Self.number("APUS_CASES").map { Int($0) } ?? 20_000

  @Test("the oracle and what is enforced agree on each packet, and on who decides")
  func agrees() {
    var tally = Tally()
    let start = ContinuousClock.now
    var worlds: UInt64 = 0
    while tally.packets < cases {
      worlds += 1
      guard agrees(seed: seed &+ worlds, &tally) else { return }
    }
    #expect(tally.allowed > cases / 10 && tally.denied > cases / 10, "\(tally)")
    #expect(tally.deciders.count > 5, "\(tally)")
    if getenv("APUS_MEASURE") != nil {
      print("seed \(seed): \(worlds) worlds in \(ContinuousClock.now - start): \(tally)")
    }
  }

  @Test("what is enforced after changes is what would be enforced from the start")
  func changes() {
    for round in 0..<UInt64(max(20, cases / 400)) {
      var world = RandomWorld(seed: seed ^ round << 32)
      var cluster = world.cluster()
      var enforcement = Enforcement(cluster)
      for step in 0..<12 {
        world.change(&cluster)
        enforcement.become(cluster)
        let fresh = Enforcement(cluster)
        guard enforcement.all == fresh.all, enforcement.neededSets == fresh.neededSets, fresh.unknownSets.isEmpty,
          enforcement.wrongSets.isEmpty
        else {
          Issue.record("seed \(seed), round \(round), step \(step): not what it would be from the start")
          return
        }
      }
    }
  }

  /// One cluster and some packets.
  private func agrees(seed: UInt64, _ tally: inout Tally) -> Bool {
    var world = RandomWorld(seed: seed)
    let cluster = world.cluster()
    let oracle = Oracle(cluster)
    let enforcement = Enforcement(cluster)
    for _ in 0..<150 {
      guard let question = RandomPackets.question(cluster, &world.chance) else { continue }
      let said = Self.said(oracle, question)
      if said == Self.done(enforcement, question), let said {
        tally.count(said)
        continue
      }
      let small = WorldShrinking.smallest(cluster) {
        Self.said(Oracle($0), question) != Self.done(Enforcement($0), question)
      }
      Issue.record(
        """
        seed \(seed): \(question.direction) of \(question.namespace)/\(question.pod), \(question.packet)
        said: \(String(describing: Self.said(Oracle(small), question)))
        done: \(String(describing: Self.done(Enforcement(small), question)))
        in:
        \(small.text)
        """)
      return false
    }
    return true
  }

  private static func said(_ oracle: Oracle, _ question: RandomPackets.Question) -> PolicyVerdict? {
    oracle.verdict(namespace: question.namespace, pod: question.pod, question.direction, question.packet)
  }

  private static func done(_ enforcement: Enforcement, _ question: RandomPackets.Question) -> PolicyVerdict? {
    enforcement.verdict(namespace: question.namespace, pod: question.pod, question.direction, question.packet)
  }

  private static func number(_ name: String) -> UInt64? { getenv(name).flatMap { UInt64(String(cString: $0)) } }
}

/// Of what there was how much.
private struct Tally: CustomStringConvertible {
  var allowed = 0
  var denied = 0
  var logged = 0
  var deciders: [String: Int] = [:]

  var packets: Int { allowed + denied }

  mutating func count(_ verdict: PolicyVerdict) {
    if verdict.isAllowed { allowed += 1 } else { denied += 1 }
    if !verdict.logged.isEmpty { logged += 1 }
    let decider =
      switch verdict.decidedBy.owner {
      case .policy(_, let kind, _, _, _): "\(kind)\(verdict.decidedBy.index == nil ? " as a whole" : "")"
      case .profile: "profile"
      case .endOfTier(let name): "end of \(name)"
      case .endOfProfiles: "end of profiles"
      }
    deciders["\(decider), \(verdict.isAllowed ? "allowed" : "denied")", default: 0] += 1
  }

  var description: String {
    let lines = deciders.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
    return "\(packets) packets, \(allowed) allowed, \(logged) noted; \(lines.joined(separator: "; "))"
  }
}
