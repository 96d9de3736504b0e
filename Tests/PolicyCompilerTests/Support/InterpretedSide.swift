import BPFInterpreter
import DataplaneABI
import Policy
import PolicyCompiler

/// A compiled policy that is interpreted.
final class InterpretedSide: PolicySide, PolicySurroundings {
  private var policy: InterpretedPolicy?
  private var classes: [String: [[UInt8]: UnsafeMutableRawPointer]] = [:]
  private let question = UnsafeMutablePointer<PolicyQuestion>.allocate(capacity: 1)

  deinit {
    question.deallocate()
    for map in classes.values { for element in map.values { element.deallocate() } }
  }

  /// Instructions that all packets took so far.
  var executed: Int { policy?.executed ?? 0 }

  func use(_ compiled: CompiledPolicy, classes: [AddressClass]) throws {
    policy = try InterpretedPolicy(
      compiled, number: 7, splitSlots: PolicySlots.splits(compiled), classes: classes)
  }

  func write(_ writes: ClassWrites) {
    policy?.add(writes.newClasses)
    for (prefix, number) in writes.addresses {
      set(prefix.isIPv4 ? MapName.addressSets4 : MapName.addressSets6, prefix.classKey, number)
    }
    for (member, number) in writes.ports {
      set(member.address.isIPv4 ? MapName.portSets4 : MapName.portSets6, member.classKey, number)
    }
    policy?.remove(writes.oldClasses)
  }

  private func set(_ map: String, _ key: [UInt8], _ number: UInt32?) {
    classes[map, default: [:]].removeValue(forKey: key)?.deallocate()
    guard let number else { return }
    let place = UnsafeMutableRawPointer.allocate(byteCount: 4, alignment: 4)
    place.storeBytes(of: number, as: UInt32.self)
    classes[map, default: [:]][key] = place
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
    switch map {
    case MapName.policyQuestion: key == [0, 0, 0, 0] ? UnsafeMutableRawPointer(question) : nil
    case MapName.addressSets4, MapName.addressSets6: classes[map]?.longestPrefix(of: key)
    default: classes[map]?[key]
    }
  }

  func hasProgram(at slot: UInt32) -> Bool {
    (1...3).contains(slot) || policy?.splitSlots.contains(slot) == true
  }
}
