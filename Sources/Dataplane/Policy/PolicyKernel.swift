import Policy
import PolicyCompiler

/// What the reconciler of policies needs of the kernel. Tests put memory, or faults, in its place.
public protocol PolicyKernel: Sendable {
  /// The slots of `cali_policy` that have a program.
  func occupiedSlots() throws -> Set<UInt32>
  /// The programs of a policy.
  func compile(_ policy: EffectivePolicy, _ family: AddressFamily) throws -> CompiledPolicy
  /// Brings a policy into the kernel, with rows for all of its classes.
  func load(
    _ policy: CompiledPolicy, number: UInt32, splitSlots: [UInt32], classes: [AddressClass]
  ) throws -> any KernelPolicy
  /// Has a slot ask a policy from now on.
  func install(_ policy: any KernelPolicy, at slot: UInt32) throws
  /// Leaves a slot without a program.
  func clear(_ slot: UInt32) throws
  /// Puts addresses and ports into classes.
  func write(_ writes: ClassWrites) throws
  /// Waits until no packet is with a program, a row or a slot any more that was taken out before.
  func settle() throws
}

extension PolicyKernel {
  public func compile(_ policy: EffectivePolicy, _ family: AddressFamily) throws -> CompiledPolicy {
    try CompiledPolicy(policy, family: family)
  }
}

/// A policy in the kernel; it stays as long as this does, or a slot has it.
public protocol KernelPolicy: Sendable {
  /// Writes the rows of new classes. False when there is no room for them: it has to be loaded anew.
  func add(_ classes: [AddressClass]) throws -> Bool
  /// Forgets classes that nothing is in any more.
  func remove(_ classes: [AddressClass]) throws
  /// Packets that met each rule, by the rule's number.
  func packets() throws -> [UInt64]
}
