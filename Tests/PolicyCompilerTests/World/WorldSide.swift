import DataplaneABI
import Policy
import PolicyCompiler

/// Where the policies of a node's pods run together.
protocol WorldSide: AnyObject {
  /// Has a slot ask this policy from now on.
  func install(_ policy: NumberedProgram, at slot: UInt32, classes: [AddressClass]) throws
  /// No slot asks it any more.
  func forget(_ number: UInt32)
  /// Does what classes need, in their order.
  ///
  /// - Parameter classes: every class there is now, of both families.
  func write(_ writes: ClassWrites, classes: [AddressClass]) throws
  /// The question as it is left, and the slot where it was.
  func ask(_ question: PolicyQuestion) throws -> (question: PolicyQuestion, slot: UInt32)
}

/// A compiled policy as it is told from others.
struct NumberedProgram {
  let compiled: CompiledPolicy
  let number: UInt32
  let splitSlots: [UInt32]
}

/// Slots that a world has.
enum WorldSlots {
  /// Where flows go once policies have decided.
  static let decided = PolicySlot.workloadEgress
  static let count: UInt32 = 8_192
  static let firstSplit: UInt32 = 512
}
