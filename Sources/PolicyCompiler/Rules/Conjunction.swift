import Policy

/// One bit of the classifier: conditions that must all hold. A rule is one of them, or several that follow one another.
struct Conjunction: Sendable {
  /// Number of its rule.
  let rule: Int
  var action: RuleAction
  /// What `PolicyQuestion.transport` is.
  var transport: TransportSet
  /// The same with the source port in place of the destination's.
  var sourceTransport: TransportSet
  var source: PeerCondition
  var destination: PeerCondition

  /// Whether every packet fulfils it.
  var isUnconditional: Bool {
    transport.isAll && sourceTransport.isAll && source.isUnconditional && destination.isUnconditional
  }

  /// Whether no packet can.
  var isImpossible: Bool {
    transport.isEmpty || sourceTransport.isEmpty || source.isImpossible || destination.isImpossible
  }

  /// One that every packet fulfils.
  init(rule: Int, action: RuleAction) {
    self.rule = rule
    self.action = action
    transport = .all
    sourceTransport = .all
    source = PeerCondition()
    destination = PeerCondition()
  }
}

/// What one end of a packet has to be, beside ports that have a number.
struct PeerCondition: Sendable {
  /// One of them covers the address; nil is any.
  var prefixes: [PrefixBits]?
  /// None of them does.
  var notPrefixes: [PrefixBits] = []
  /// Which sets the address is a member of.
  var sets = MembershipCondition()
  /// Which sets address, protocol and port are a member of.
  var portSets = MembershipCondition()

  var hasPrefixes: Bool { prefixes != nil || !notPrefixes.isEmpty }
  var isUnconditional: Bool { !hasPrefixes && sets.isUnconditional && portSets.isUnconditional }
  var isImpossible: Bool { prefixes?.isEmpty == true || notPrefixes.contains { $0.length == 0 } }
}

/// Which sets something has to be a member of.
struct MembershipCondition: Hashable, Sendable {
  /// Of one at least of each.
  var anyOf: [Set<IPSetID>] = []
  var noneOf: Set<IPSetID> = []

  var isUnconditional: Bool { anyOf.isEmpty && noneOf.isEmpty }

  func holds(_ memberships: Set<IPSetID>) -> Bool {
    anyOf.allSatisfy { !$0.isDisjoint(with: memberships) } && noneOf.isDisjoint(with: memberships)
  }

  /// Every set it names.
  var sets: Set<IPSetID> { anyOf.reduce(noneOf) { $0.union($1) } }
}
