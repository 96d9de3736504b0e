import DataplaneABI
import EBPF
import Policy

/// An effective policy as programs for one family's packets. Nothing of the running kernel.
///
/// The same policy always gives the same programs.
public struct CompiledPolicy: Sendable {
  public let family: AddressFamily
  public let direction: PolicyDirection
  /// Of the first program in the kernel, such as p4i_1a2b3c4d; at most 15 characters.
  public let name: String
  /// The first one is what a pod's slot holds; the others are reached from it by slots of their own.
  public let programs: [CompiledProgram]
  /// By the rule's number, as `PolicyQuestion.rule` and counters have it: the rules of each stage, then its end. Where a rule that passes
  /// on has nothing to pass on to, it denies.
  public let ruleIDs: [RuleID]

  /// - Throws: when the policy has more rules than its programs could hold.
  public init(
    _ policy: EffectivePolicy, family: AddressFamily, limits: CompilerLimits = CompilerLimits()
  ) throws(PolicyCompilationError) {
    let numbered = NumberedPolicy(policy, family: family)
    guard numbered.ruleIDs.count <= CompiledPolicy.mostRules else {
      throw PolicyCompilationError(
        "a policy of \(numbered.ruleIDs.count) rules is larger than \(CompiledPolicy.mostRules)")
    }
    let parts = PolicyPart.split(numbered.stages, limits)
    guard parts.count <= limits.programs else {
      throw PolicyCompilationError(
        "a policy of \(numbered.ruleIDs.count) rules takes \(parts.count) programs, more than \(limits.programs)")
    }
    var programs: [CompiledProgram] = []
    do {
      for part in parts { programs.append(try CompiledProgram(part, family: family)) }
    } catch {
      throw PolicyCompilationError("a policy cannot be assembled: \(error)")
    }
    name = PolicyName.make(family, policy.direction, programs)
    for index in programs.indices { programs[index].spec.rename(PolicyName.part(name, index)) }
    self.family = family
    direction = policy.direction
    self.programs = programs
    ruleIDs = numbered.ruleIDs
  }

  /// The sets of addresses that decide here.
  public var sets: Set<IPSetID> { sets(.addresses) }
  /// The sets of addresses with protocol and port that decide here.
  public var portSets: Set<IPSetID> { sets(.ports) }

  private func sets(_ kind: AddressClass.Kind) -> Set<IPSetID> {
    programs.reduce(into: []) { sets, program in
      for dimension in program.classes where dimension.kind == kind { sets.formUnion(dimension.sets) }
    }
  }

  /// Rule numbers have 24 bits.
  private static let mostRules = 1 << 24
}

/// A policy that cannot be a program: one sentence.
public struct PolicyCompilationError: Error, Hashable, Sendable, CustomStringConvertible {
  public let description: String
  init(_ description: String) { self.description = description }
}

extension ProgramSpec {
  fileprivate mutating func rename(_ name: String) {
    self.name = name
    subprograms = [Subprogram(name: name, start: 0)]
  }
}
