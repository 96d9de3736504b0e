import BPFInterpreter
import DataplaneABI
import Policy
import PolicyCompiler

/// A compiled policy that is interpreted.
final class InterpretedSide: PolicySide, PolicySurroundings {
  private var policy: InterpretedPolicy?
  private let maps = InterpretedClasses()
  private let question = UnsafeMutablePointer<PolicyQuestion>.allocate(capacity: 1)

  deinit { question.deallocate() }

  /// Instructions that all packets took so far.
  var executed: Int { policy?.executed ?? 0 }

  func use(_ compiled: CompiledPolicy, classes: [AddressClass]) throws {
    policy = try InterpretedPolicy(
      compiled, number: 7, splitSlots: PolicySlots.splits(compiled), classes: classes)
  }

  func write(_ writes: ClassWrites) {
    policy?.add(writes.newClasses)
    maps.write(writes)
    policy?.remove(writes.oldClasses)
  }

  func ask(_ packet: TestPacket) throws -> Decision {
    question.pointee = packet.question
    guard let policy else { throw Astray("no policy") }
    var outcome = try policy.run(in: self)
    while case .tailCall(let slot) = outcome, let part = policy.splitSlots.firstIndex(of: slot) {
      outcome = try policy.run(part + 1, in: self)
    }
    guard case .tailCall(let slot) = outcome else { throw Astray("\(packet): \(outcome)") }
    return try Decision(question.pointee, continuation: Int(slot))
  }

  func counters() -> [UInt64] { policy?.counters ?? [] }

  func element(of map: String, _ key: [UInt8]) -> UnsafeMutableRawPointer? {
    if map == MapName.policyQuestion { return key == [0, 0, 0, 0] ? UnsafeMutableRawPointer(question) : nil }
    return maps.element(of: map, key)
  }

  func hasProgram(at slot: UInt32) -> Bool {
    (1...3).contains(slot) || policy?.splitSlots.contains(slot) == true
  }
}
