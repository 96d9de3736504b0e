/// What is enforced at one interface in one direction, of one family, for people to read: the contents of a file.
public struct PolicyRecord: Codable, Hashable, Sendable {
  enum CodingKeys: String, CodingKey {
    case interface = "ifacename"
    case direction = "hook"
    case family = "ipVersion"
    case pod
    case program
    case programName
    case slot
    case rules = "policyInfo"
  }

  /// One rule, or the end of a stage.
  public struct Rule: Codable, Hashable, Sendable {
    /// As in `RuleID.words`.
    public var name: String
    /// nil where it stands in none.
    public var tier: String?
    /// allow, deny, pass or log.
    public var action: String
    /// As in `RuleMatch.words`.
    public var match: String

    public init(name: String, tier: String?, action: String, match: String) {
      self.name = name
      self.tier = tier
      self.action = action
      self.match = match
    }
  }

  public var interface: String
  /// ingress or egress, seen from the pod.
  public var direction: String
  /// 4 or 6.
  public var family: Int
  /// "namespace/name"
  public var pod: String
  /// The number by which the program is named in `PolicyQuestion`; of the running agent alone.
  public var program: UInt32
  /// As the kernel has it.
  public var programName: String
  /// Of `cali_policy`.
  public var slot: UInt32
  /// By the rule's number.
  public var rules: [Rule]

  public init(
    interface: String, direction: String, family: Int, pod: String, program: UInt32, programName: String, slot: UInt32,
    rules: [Rule]
  ) {
    self.interface = interface
    self.direction = direction
    self.family = family
    self.pod = pod
    self.program = program
    self.programName = programName
    self.slot = slot
    self.rules = rules
  }

  /// The name of its file: cali0123456789a_ingress_v4.json
  public var fileName: String { "\(interface)_\(direction)_v\(family).json" }
}

extension EffectivePolicy {
  /// Its rules by their numbers: each stage's, then its end. The last stage has nothing to pass on to, and denies instead.
  public var ruleRecords: [PolicyRecord.Rule] {
    var records: [PolicyRecord.Rule] = []
    for (index, stage) in stages.enumerated() {
      let pass = index == stages.count - 1 ? "deny" : "pass"
      for rule in stage.rules {
        let action = rule.action == .pass ? pass : rule.action.rawValue
        records.append(.init(name: rule.id.words, tier: rule.id.tier, action: action, match: rule.match.words))
      }
      records.append(
        .init(
          name: stage.endID.words, tier: stage.endID.tier, action: stage.end == .deny ? "deny" : pass,
          match: "everything"))
    }
    if !records.isEmpty { return records }
    // Nobody has a say: nothing passes.
    return [.init(name: "end of profiles", tier: nil, action: "deny", match: "everything")]
  }
}
