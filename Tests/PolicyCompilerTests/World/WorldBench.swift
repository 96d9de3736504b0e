import DataplaneABI
import Policy
import PolicyCompiler
import PolicyWorld

/// What production makes of a cluster, at the pods of one node: resolved, compiled, interpreted and, as root, loaded.
final class WorldBench {
  /// Something that is broken on purpose, to see that it is noticed.
  struct Mutation {
    var policy: (EffectivePolicy) -> EffectivePolicy = { $0 }
    var keeps: (SetChange) -> Bool = { _ in true }
  }

  private struct Place: Hashable {
    var stop: WorldStop
    var family: AddressFamily
  }

  private struct Meaning: Hashable {
    var policy: EffectivePolicy
    var family: AddressFamily
  }

  private let limits: CompilerLimits
  private let mutation: Mutation
  private let sides: [any WorldSide]
  private var enforcement = Enforcement()
  private var classes = AddressClasses()
  private var programs: [Meaning: NumberedProgram] = [:]
  private var byNumber: [UInt32: NumberedProgram] = [:]
  /// What is in the slots that were asked so far.
  private var asked: [Place: Meaning] = [:]
  private var bases: [PolicyEndpointID: UInt32] = [:]
  private var lastNumber: UInt32 = 0
  private var nextSplit = WorldSlots.firstSplit

  var cluster: OracleCluster { enforcement.cluster }

  init(_ cluster: OracleCluster, limits: CompilerLimits = CompilerLimits(), mutation: Mutation = Mutation()) throws {
    self.limits = limits
    self.mutation = mutation
    sides = LoadedSide.canRun ? [InterpretedWorld(), try LoadedWorld()] : [InterpretedWorld()]
    try become(cluster)
  }

  /// Brings what changed to all sides: sets first, then programs, as agents do.
  func become(_ cluster: OracleCluster) throws {
    let old = enforcement.members
    enforcement.become(cluster)
    let changes = WorldBench.changes(from: old, to: enforcement.members).filter(mutation.keeps)
    let writes = classes.apply(changes)
    let all = AddressFamily.allCases.flatMap { classes.classes($0) }
    for side in sides { try side.write(writes, classes: all) }
    let places = asked.keys
    asked = [:]
    for place in places { _ = try slot(place.stop, place.family) }
    let held = Set(asked.values)
    for (meaning, program) in programs where !held.contains(meaning) {
      for side in sides { side.forget(program.number) }
      programs[meaning] = nil
    }
  }

  /// What all of them say; nil where nothing is enforced at a pod.
  ///
  /// - Throws: when they do not agree with each other.
  func ask(_ question: WorldQuestion) throws -> WorldAnswer? {
    var slots: [UInt32] = []
    for stop in question.stops {
      guard let slot = try slot(stop, question.packet.family) else { return nil }
      slots.append(slot)
    }
    let asked = question.packet.question(slots)
    var answers: [WorldAnswer] = []
    for side in sides { answers.append(try answer(side.ask(asked), of: asked)) }
    guard let first = answers.first, answers.allSatisfy({ $0 == first }) else {
      throw Disagreement("\(question): interpreted and loaded: \(answers)")
    }
    return first
  }

  private func answer(_ end: (question: PolicyQuestion, slot: UInt32), of asked: PolicyQuestion) throws -> WorldAnswer {
    let question = end.question
    guard question.isDenied <= 1, end.slot == WorldSlots.decided, question.next3 == WorldSlots.decided,
      question.source == asked.source, question.destination == asked.destination
    else { throw Astray("\(end) of \(asked)") }
    guard let program = byNumber[question.program], program.compiled.ruleIDs.indices.contains(Int(question.rule)) else {
      throw Astray("no rule \(question.rule) of program \(question.program)")
    }
    return WorldAnswer(
      isAllowed: question.isDenied == 0, rule: program.compiled.ruleIDs[Int(question.rule)],
      isLogged: question.flags.contains(.logged))
  }

  /// The slot that has the pod's policy; nil where nothing is enforced at the pod.
  private func slot(_ stop: WorldStop, _ family: AddressFamily) throws -> UInt32? {
    guard let policies = enforcement.policies(namespace: stop.pod.namespace, pod: stop.pod.name) else { return nil }
    let base = bases[stop.pod] ?? PolicySlot.first + UInt32(bases.count) * PolicySlot.perWorkload
    bases[stop.pod] = base
    let slot = base + (family == .ipv6 ? 2 : 0) + (stop.direction == .egress ? 1 : 0)
    let meaning = Meaning(policy: mutation.policy(policies[stop.direction]), family: family)
    let place = Place(stop: stop, family: family)
    guard asked[place] != meaning else { return slot }
    let program = try program(meaning)
    let classes = classes.classes(family)
    for side in sides { try side.install(program, at: slot, classes: classes) }
    asked[place] = meaning
    return slot
  }

  /// Pods of equal policies share one program.
  private func program(_ meaning: Meaning) throws -> NumberedProgram {
    if let known = programs[meaning] { return known }
    let compiled: CompiledPolicy
    do {
      compiled = try CompiledPolicy(meaning.policy, family: meaning.family, limits: limits)
    } catch {
      // More programs than a packet has tail calls.
      compiled = try CompiledPolicy(meaning.policy, family: meaning.family)
    }
    let splits = UInt32(compiled.programs.count - 1)
    lastNumber += 1
    let program = NumberedProgram(
      compiled: compiled, number: lastNumber, splitSlots: (0..<splits).map { nextSplit + $0 })
    nextSplit += splits
    programs[meaning] = program
    byNumber[lastNumber] = program
    return program
  }

  private static func changes(
    from old: [IPSetID: Set<IPSetMember>], to new: [IPSetID: Set<IPSetMember>]
  ) -> [SetChange] {
    Set(old.keys).union(new.keys).flatMap { set in
      let (before, after) = (old[set] ?? [], new[set] ?? [])
      return before.subtracting(after).map { SetChange(set, $0, isMember: false) }
        + after.subtracting(before).map { SetChange(set, $0, isMember: true) }
    }
  }
}

extension PolicyPacket {
  /// What the main program asks those in `slots`, one or two.
  fileprivate func question(_ slots: [UInt32]) -> PolicyQuestion {
    let isICMP = proto == (family == .ipv4 ? IPProtocolNumber.icmp : IPProtocolNumber.icmpv6)
    let detail = hasPorts ? destinationPort : isICMP ? UInt16(icmpType) << 8 | UInt16(icmpCode) : 0
    var question = TestPacket(
      source: source, destination: destination, proto: proto, detail: detail, sourcePort: hasPorts ? sourcePort : 0
    ).question
    question.first = slots.first ?? WorldSlots.decided
    question.next = slots.dropFirst().first ?? WorldSlots.decided
    question.next2 = WorldSlots.decided
    question.next3 = WorldSlots.decided
    return question
  }
}
