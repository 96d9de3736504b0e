import Policy

/// Makes a policy small that shows something.
enum PolicyShrinking {
  static func shortest(_ policy: EffectivePolicy, shows: (EffectivePolicy) -> Bool) -> EffectivePolicy {
    var policy = policy
    while let smaller = candidates(policy).first(where: shows) { policy = smaller }
    return policy
  }

  /// What is one step smaller.
  private static func candidates(_ policy: EffectivePolicy) -> [EffectivePolicy] {
    var all: [EffectivePolicy] = []
    for stage in policy.stages.indices {
      var fewer = policy
      fewer.stages.remove(at: stage)
      all.append(fewer)
      let count = policy.stages[stage].rules.count
      // Many rules at once first.
      for size in [count / 2, count / 4, 1] where size > 0 {
        for start in stride(from: 0, to: count, by: size) {
          var fewer = policy
          fewer.stages[stage].rules.removeSubrange(start..<min(start + size, count))
          all.append(fewer)
        }
      }
      for rule in 0..<count {
        for match in weaker(policy.stages[stage].rules[rule].match) {
          var fewer = policy
          fewer.stages[stage].rules[rule].match = match
          all.append(fewer)
        }
      }
    }
    return all
  }

  /// The same with one condition less.
  private static func weaker(_ match: RuleMatch) -> [RuleMatch] {
    var all: [RuleMatch] = []
    func add(_ change: (inout RuleMatch) -> Void) {
      var weaker = match
      change(&weaker)
      if weaker != match { all.append(weaker) }
    }
    add { $0.family = nil }
    add { $0.transport = TransportMatch() }
    for peer in [\RuleMatch.source, \.destination] {
      add { $0[keyPath: peer] = PeerMatch() }
      add { $0[keyPath: peer].prefixes = .any }
      add { $0[keyPath: peer].notPrefixes = [] }
      add { $0[keyPath: peer].sets = [] }
      add { $0[keyPath: peer].notSets = [] }
      add { $0[keyPath: peer].ports = .any }
      add { $0[keyPath: peer].notPorts = [] }
      add { $0[keyPath: peer].members = nil }
    }
    return all
  }
}
