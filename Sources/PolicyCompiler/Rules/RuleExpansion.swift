import Policy

extension EffectiveRule {
  /// The rule as conjunctions for one family's packets: several where ports are given both by number and by name, none where
  /// no packet can match.
  func conjunctions(rule: Int, family: AddressFamily) -> [Conjunction] {
    guard match.family == nil || match.family == family else { return [] }
    var base = Conjunction(rule: rule, action: action)
    base.transport = match.transport.headers(family).subtracting(match.destination.excludedHeaders)
    base.sourceTransport = TransportSet.all.subtracting(match.source.excludedHeaders)
    base.source = PeerCondition(match.source, family)
    base.destination = PeerCondition(match.destination, family)
    var result: [Conjunction] = []
    for source in match.source.portAlternatives {
      for destination in match.destination.portAlternatives {
        var one = base
        one.sourceTransport = base.sourceTransport.intersection(source.headers)
        one.transport = base.transport.intersection(destination.headers)
        if let members = source.members { one.source.portSets.anyOf.append(members) }
        if let members = destination.members { one.destination.portSets.anyOf.append(members) }
        if !one.isImpossible { result.append(one) }
      }
    }
    return result
  }
}

extension PeerCondition {
  /// All but `ports`.
  fileprivate init(_ match: PeerMatch, _ family: AddressFamily) {
    func bits(_ prefixes: Set<AddressPrefix>) -> [PrefixBits] {
      prefixes.filter { $0.family == family }.map(PrefixBits.init)
    }
    if case .among(let prefixes) = match.prefixes {
      let own = bits(prefixes)
      self.prefixes = own.contains { $0.length == 0 } ? nil : own
    }
    notPrefixes = bits(match.notPrefixes)
    sets = MembershipCondition(anyOf: match.sets.sorted().map { [$0] }, noneOf: match.notSets)
    portSets.noneOf = match.excludedMembers
    if let members = match.members { portSets.anyOf.append([members]) }
  }
}
