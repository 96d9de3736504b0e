import Policy
import PolicyCompiler
import PolicyWorld
import Testing

/// One cluster by chance, that changes a few times, and packets.
struct WorldPlay {
  let seed: UInt64
  var mutation = WorldBench.Mutation()
  /// Packets between two changes.
  private static let packets = 100
  private static let changes = 2

  init(seed: UInt64, mutation: WorldBench.Mutation = WorldBench.Mutation()) {
    self.seed = seed
    self.mutation = mutation
  }

  /// Records what is wrong, made small.
  func isFine(_ tally: inout WorldTally) -> Bool {
    guard let failure = failure(&tally) else { return true }
    Issue.record("seed \(seed): \(failure)")
    return false
  }

  /// What is wrong, made small; nil where all agree.
  func failure(_ tally: inout WorldTally) -> String? {
    var world = RandomWorld(seed: seed)
    var cluster = world.cluster()
    let limits = CompilerLimits(words: world.chance.pick([1, 2, 16]))
    tally.worlds += 1
    do {
      let bench = try WorldBench(cluster, limits: limits, mutation: mutation)
      for turn in 0...WorldPlay.changes {
        let before = cluster
        if turn > 0 {
          world.change(&cluster)
          try bench.become(cluster)
        }
        let oracle = Oracle(cluster)
        let questions = WorldQuestions(cluster)
        for _ in 0..<WorldPlay.packets {
          guard let question = questions.question(&world.chance) else { continue }
          let said = oracle.answer(question)
          if let difference = WorldPlay.difference(said, bench, question) {
            return told(difference, question, cluster, before, limits)
          }
          if let said { tally.count(question, said) }
        }
      }
      return nil
    } catch {
      return "\(error)\n\(cluster.text)"
    }
  }

  private static func difference(_ said: WorldAnswer?, _ bench: WorldBench, _ question: WorldQuestion) -> String? {
    do {
      let done = try bench.ask(question)
      return said == done ? nil : "said: \(told(said))\ndone: \(told(done))"
    } catch {
      return "said: \(told(said))\ndone: \(error)"
    }
  }

  private static func told(_ answer: WorldAnswer?) -> String { answer.map { "\($0)" } ?? "nothing" }

  private func told(
    _ difference: String, _ question: WorldQuestion, _ cluster: OracleCluster, _ before: OracleCluster,
    _ limits: CompilerLimits
  ) -> String {
    // At once, since to make it small may take its time.
    print("seed \(seed): \(question)\n\(difference)")
    func found(_ cluster: OracleCluster) -> String? {
      do {
        let bench = try WorldBench(cluster, limits: limits, mutation: mutation)
        return WorldPlay.difference(Oracle(cluster).answer(question), bench, question)
      } catch {
        return "\(error)"
      }
    }
    guard found(cluster) != nil else {
      return "\(question)\n\(difference)\nonly after a change, from:\n\(before.text)\nto:\n\(cluster.text)"
    }
    let small = WorldShrinking.smallest(cluster) { found($0) != nil }
    return "\(question)\n\(found(small) ?? difference)\nin:\n\(small.text)"
  }
}
