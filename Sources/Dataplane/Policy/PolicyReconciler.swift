import DataplaneABI
import Policy
import PolicyCompiler

/// Brings policies into the kernel: members of sets first, then programs, each pod's at once by one write. What fails leaves what was
/// there before, and a new pod without a policy, so that nothing passes.
struct PolicyReconciler {
  private let kernel: any PolicyKernel
  private(set) var slots = PolicySlots()
  private(set) var shared = SharedPolicies()
  private var classes = AddressClasses()
  private(set) var memberCounts = MemberCounts()
  /// What members have changed and the kernel does not know yet.
  private var pending: [ClassWrites] = []
  private var enforced: [String: WorkloadPolicy] = [:]
  private var numbers: UInt32
  private var isAdopted = false
  /// Whether flows that are known may be forbidden now.
  private(set) var hasChanged = false

  /// Changes whenever a slot gets another policy, or a pod goes.
  private(set) var revision = 0

  /// - Parameter numbers: programs have the numbers after it. A number out of nowhere, so that what programs of an agent before this
  ///   one denied is not taken for the work of this one's.
  init(_ kernel: any PolicyKernel, numbers: UInt32 = .random(in: 1...UInt32.max / 2)) {
    self.kernel = kernel
    self.numbers = numbers
  }

  /// Takes over the slots that an agent before this one gave to pods, by their interfaces.
  mutating func adopt(_ bases: [String: UInt32]) throws {
    guard !isAdopted else { return }
    slots.adopt(bases, occupied: try kernel.occupiedSlots())
    isAdopted = true
  }

  /// Whether all that a pod's policies need is in place.
  func isEnforced(_ interface: String) -> Bool { enforced[interface] != nil }

  /// Whether it was so when this was last asked.
  mutating func takeHasChanged() -> Bool {
    defer { hasChanged = false }
    return hasChanged
  }

  /// Members of sets have come and gone.
  mutating func take(_ changes: MembershipChanges) {
    if changes.isEmpty { return }
    memberCounts.take(changes)
    let writes = classes.apply(
      changes.sorted { $0.key < $1.key }.flatMap { set, change in
        change.removed.map { SetChange(set, $0, isMember: false) }
          + change.added.map { SetChange(set, $0, isMember: true) }
      })
    if !writes.isEmpty { pending.append(writes) }
  }

  /// Tells the kernel of members that have come and gone.
  mutating func writeMembers() throws {
    while let writes = pending.first {
      try addRows(writes.newClasses)
      try kernel.write(writes)
      for entry in shared.entries.values { try entry.policy.remove(writes.oldClasses) }
      pending.removeFirst()
      hasChanged = true
    }
  }

  /// Has a pod's slots ask its policies.
  mutating func enforce(_ policy: WorkloadPolicy, at interface: String) throws {
    if enforced[interface] == policy { return }
    guard let base = slots.assign(interface) else { throw PolicyFailure.noSlots }
    for direction in PolicyDirection.allCases {
      for family in AddressFamily.allCases {
        let key = SharedPolicies.Key(policy: policy[direction], family: family)
        let slot = PolicySlot.slot(base, family, direction)
        if shared.installed[slot] == key { continue }
        let entry = try shared[key] ?? load(key)
        try kernel.install(entry.policy, at: slot)
        slots.releaseSplits(shared.note(key, at: slot))
        hasChanged = true
        revision += 1
      }
    }
    enforced[interface] = policy
  }

  /// Takes the policies of all other pods out.
  mutating func removeAllBut(_ interfaces: some Sequence<String>) throws {
    for interface in slots.interfaces.subtracting(interfaces) {
      guard let base = slots.base(interface) else { continue }
      for slot in base..<base + PolicySlot.perWorkload {
        try kernel.clear(slot)
        slots.releaseSplits(shared.forget(slot))
      }
      slots.release(interface)
      enforced[interface] = nil
      revision += 1
    }
  }

  /// Takes out what an agent before this one left and nothing uses any more.
  mutating func removeLeftovers() throws {
    for slot in slots.takeLeftovers() { try kernel.clear(slot) }
  }

  private mutating func load(_ key: SharedPolicies.Key) throws -> SharedPolicies.Entry {
    let compiled = try CompiledPolicy(key.policy, family: key.family)
    let entry = try load(compiled)
    shared.insert(key, entry)
    return entry
  }

  private mutating func load(_ compiled: CompiledPolicy) throws -> SharedPolicies.Entry {
    guard let splits = slots.assignSplits(compiled.programs.count - 1) else { throw PolicyFailure.noSlots }
    numbers &+= 1
    do {
      let policy = try kernel.load(
        compiled, number: numbers, splitSlots: splits, classes: classes.classes(compiled.family))
      return SharedPolicies.Entry(compiled: compiled, number: numbers, policy: policy, splitSlots: splits)
    } catch {
      slots.releaseSplits(splits)
      throw error
    }
  }

  /// Every policy gets the rows of new classes; one that has no room for them is loaded anew.
  private mutating func addRows(_ new: [AddressClass]) throws {
    if new.isEmpty { return }
    for (key, entry) in shared.entries where try !entry.policy.add(new) {
      var other = try load(entry.compiled)
      for slot in entry.slots { try kernel.install(other.policy, at: slot) }
      other.slots = entry.slots
      shared.insert(key, other)
      slots.releaseSplits(entry.splitSlots)
      revision += 1
    }
  }
}

/// Why a policy cannot be enforced although nothing is wrong with it.
enum PolicyFailure: Error, CustomStringConvertible {
  case noSlots

  var description: String {
    switch self {
    case .noSlots: "cali_policy has no slots left: a node may have some 4,000 pods"
    }
  }
}
