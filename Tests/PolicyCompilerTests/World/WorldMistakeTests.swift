import Policy
import PolicyCompiler
import PolicyWorld
import Testing

/// What is made wrong on purpose is found soon, and told by a cluster that is small.
@Suite("Mistakes that are made on purpose")
struct WorldMistakeTests {
  @Test("some of a rule's ports are left out")
  func ports() {
    expectFound { policy in
      policy.everyMatch { match in
        guard case .among(let ports) = match.destination.ports, ports.count > 1 else { return }
        match.destination.ports = .among(ports.subtracting([.range(80...80), .range(53...53), .range(443...443)]))
      }
    }
  }

  @Test("what a rule excludes by selector is not excluded")
  func exclusions() { expectFound { $0.everyMatch { $0.source.notSets = [] } } }

  @Test("a tier's end passes where it should deny")
  func ends() {
    expectFound { policy in
      for stage in policy.stages.indices { policy.stages[stage].end = .pass }
    }
  }

  @Test("rules with the action Log are left out")
  func logs() {
    expectFound { policy in
      for stage in policy.stages.indices { policy.stages[stage].rules.removeAll { $0.action == .log } }
    }
  }

  @Test("of two rules that decide the same, another one is named")
  func names() {
    expectFound { policy in
      for stage in policy.stages.indices {
        let rules = policy.stages[stage].rules
        for rule in rules.indices.dropLast() { policy.stages[stage].rules[rule].id = rules[rule + 1].id }
      }
    }
  }

  @Test("members of sets that leave stay")
  func members() {
    expectFound(WorldBench.Mutation(keeps: { $0.isMember }))
  }

  private func expectFound(_ change: @escaping (inout EffectivePolicy) -> Void) {
    expectFound(
      WorldBench.Mutation(policy: { policy in
        var policy = policy
        change(&policy)
        return policy
      }))
  }

  /// Within so many clusters.
  private func expectFound(_ mutation: WorldBench.Mutation, worlds: UInt64 = 400) {
    var tally = WorldTally()
    for seed in 0..<worlds {
      guard let failure = WorldPlay(seed: seed, mutation: mutation).failure(&tally) else { continue }
      #expect(failure.contains("said: "), "\(failure)")
      let objects = failure.split(separator: "\n").filter { $0.contains("\"apiVersion\"") }
      let policies = objects.count { $0.contains("NetworkPolicy\"") }
      #expect(policies <= 3 || failure.contains("only after a change"), "\(failure)")
      return
    }
    Issue.record("not found: \(tally)")
  }
}

extension EffectivePolicy {
  fileprivate mutating func everyMatch(_ change: (inout RuleMatch) -> Void) {
    for stage in stages.indices {
      for rule in stages[stage].rules.indices { change(&stages[stage].rules[rule].match) }
    }
  }
}
