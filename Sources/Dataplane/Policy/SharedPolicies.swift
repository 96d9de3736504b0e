import Policy
import PolicyCompiler

/// The policies that are loaded, each once however many pods have it.
struct SharedPolicies {
  struct Key: Hashable {
    var policy: EffectivePolicy
    var family: AddressFamily
  }

  struct Entry {
    let compiled: CompiledPolicy
    /// `PolicyQuestion.program` of what it decides.
    let number: UInt32
    var policy: any KernelPolicy
    var splitSlots: [UInt32]
    /// The slots that have it.
    var slots: Set<UInt32> = []
  }

  private(set) var entries: [Key: Entry] = [:]
  /// What each slot has.
  private(set) var installed: [UInt32: Key] = [:]
  /// How many were loaded since the start.
  private(set) var loads = 0

  subscript(key: Key) -> Entry? { entries[key] }

  mutating func insert(_ key: Key, _ entry: Entry) {
    entries[key] = entry
    loads += 1
  }

  /// The slot has this policy from now on. Returns the slots of programs that nobody reaches any more.
  mutating func note(_ key: Key, at slot: UInt32) -> [UInt32] {
    let freed = forget(slot)
    installed[slot] = key
    entries[key]?.slots.insert(slot)
    return freed
  }

  /// The slot has no policy any more. Returns the slots of programs that nobody reaches any more.
  mutating func forget(_ slot: UInt32) -> [UInt32] {
    guard let key = installed.removeValue(forKey: slot) else { return [] }
    entries[key]?.slots.remove(slot)
    return dropIfUnused(key)
  }

  /// Lets a policy go that no slot has. Returns the slots of programs that nobody reaches any more.
  mutating func dropIfUnused(_ key: Key) -> [UInt32] {
    guard let entry = entries[key], entry.slots.isEmpty else { return [] }
    entries[key] = nil
    return entry.splitSlots
  }
}
