import BPFInterpreter
import DataplaneABI
import Policy
import PolicyCompiler

/// Policies that are interpreted.
final class InterpretedWorld: WorldSide, PolicySurroundings {
  private var policies: [UInt32: InterpretedPolicy] = [:]
  /// By slot: a policy, and which of its programs.
  private var slots: [UInt32: (policy: UInt32, part: Int)] = [:]
  private let maps = InterpretedClasses()
  private let question = UnsafeMutablePointer<PolicyQuestion>.allocate(capacity: 1)

  /// Tail calls that the kernel lets a packet take (MAX_TAIL_CALL_CNT).
  private static let tailCalls = 33

  deinit { question.deallocate() }

  func install(_ policy: NumberedProgram, at slot: UInt32, classes: [AddressClass]) throws {
    if policies[policy.number] == nil {
      policies[policy.number] = try InterpretedPolicy(
        policy.compiled, number: policy.number, splitSlots: policy.splitSlots, classes: classes)
      for (index, slot) in policy.splitSlots.enumerated() { slots[slot] = (policy.number, index + 1) }
    }
    slots[slot] = (policy.number, 0)
  }

  func forget(_ number: UInt32) {
    policies[number] = nil
    slots = slots.filter { $0.value.policy != number }
  }

  func write(_ writes: ClassWrites, classes: [AddressClass]) {
    for policy in policies.values { policy.add(writes.newClasses) }
    maps.write(writes)
    for policy in policies.values { policy.remove(writes.oldClasses) }
  }

  func ask(_ asked: PolicyQuestion) throws -> (question: PolicyQuestion, slot: UInt32) {
    question.initialize(to: asked)
    var slot = asked.first
    var calls = 1
    while slot != WorldSlots.decided {
      guard let place = slots[slot], let policy = policies[place.policy] else {
        throw Astray("nothing in slot \(slot)")
      }
      guard case .tailCall(let next) = try policy.run(place.part, in: self) else {
        throw Astray("dropped in slot \(slot)")
      }
      slot = next
      calls += 1
      guard calls <= InterpretedWorld.tailCalls else { throw Astray("more tail calls than a packet has") }
    }
    return (question.pointee, slot)
  }

  func element(of map: String, _ key: [UInt8]) -> UnsafeMutableRawPointer? {
    if map == MapName.policyQuestion { return key == [0, 0, 0, 0] ? UnsafeMutableRawPointer(question) : nil }
    return maps.element(of: map, key)
  }

  func hasProgram(at slot: UInt32) -> Bool { slot == WorldSlots.decided || slots[slot] != nil }
}
