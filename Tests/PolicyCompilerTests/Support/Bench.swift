import Policy
import PolicyCompiler
import Testing

/// Everything that has an opinion on packets: the evaluator, the interpreted program and, as root, the loaded one.
final class Bench {
  private(set) var members: [IPSetID: Set<IPSetMember>] = [:]
  private var classes = AddressClasses()
  private let sides: [any PolicySide]
  private(set) var policy = EffectivePolicy(direction: .ingress, stages: [])
  private(set) var compiled: CompiledPolicy?
  /// What counters have to say.
  private var met: [UInt64] = []

  private(set) var limits = CompilerLimits()
  /// The one that was asked about last.
  private(set) var lastPacket: TestPacket?

  init() throws {
    sides = LoadedSide.canRun ? [InterpretedSide(), try LoadedSide()] : [InterpretedSide()]
  }

  convenience init(
    _ policy: EffectivePolicy, _ family: AddressFamily = .ipv4, members: [IPSetID: Set<IPSetMember>] = [:],
    limits: CompilerLimits = CompilerLimits()
  ) throws {
    try self.init()
    try apply(members.flatMap { set, members in members.map { SetChange(set, $0, isMember: true) } })
    try use(policy, family, limits)
  }

  func apply(_ changes: [SetChange]) throws {
    for change in changes {
      if change.isMember {
        members[change.set, default: []].insert(change.member)
      } else {
        members[change.set]?.remove(change.member)
      }
    }
    let writes = classes.apply(changes)
    for side in sides { try side.write(writes) }
  }

  /// - Parameter other: what is compiled in the policy's place, to see that it is noticed.
  func use(
    _ policy: EffectivePolicy, _ family: AddressFamily, _ limits: CompilerLimits = CompilerLimits(),
    compiling other: EffectivePolicy? = nil
  ) throws {
    let compiled = try CompiledPolicy(other ?? policy, family: family, limits: limits)
    for side in sides { try side.use(compiled, classes: classes.classes(family)) }
    self.policy = policy
    self.limits = limits
    self.compiled = compiled
    met = Array(repeating: 0, count: compiled.ruleIDs.count)
  }

  /// What all of them say.
  ///
  /// - Throws: when they do not agree.
  func ask(_ packet: TestPacket) throws -> Decision {
    lastPacket = packet
    let expected = Evaluator(policy: policy, members: members).decide(packet)
    for rule in expected.met { met[rule] += 1 }
    for side in sides {
      let decision = try side.ask(packet)
      guard decision == expected.decision else {
        throw Disagreement("\(packet): \(expected.decision), but \(type(of: side)) says \(decision)")
      }
    }
    return expected.decision
  }

  /// - Throws: unless every rule was counted as often as it was met.
  func checkCounters() throws {
    for side in sides {
      let counters = try side.counters()
      guard counters == met else { throw Disagreement("\(type(of: side)) counts \(counters), met were \(met)") }
    }
  }
}

struct Disagreement: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
