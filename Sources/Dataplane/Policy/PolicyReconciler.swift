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
  /// Pods whose slots may hold something else than what is noted in `enforced`.
  private var unfinished: Set<String> = []
  /// What could not be loaded in this turn: not tried again for each pod.
  private var refused: [SharedPolicies.Key: any Error] = [:]
  private var leftBehind = LeftBehind()
  private var numbers: UInt32
  private var isAdopted = false
  private var changes = PolicyEffects()

  /// Changes whenever a slot gets another policy, or a pod goes.
  private(set) var revision = 0

  /// - Parameter numbers: programs have the numbers after it. A number out of nowhere, so that what programs of an agent before this
  ///   one denied is not taken for the work of this one's.
  init(_ kernel: any PolicyKernel, numbers: UInt32 = .random(in: 1...UInt32.max / 2)) {
    self.kernel = kernel
    self.numbers = numbers
  }

  /// Takes over the slots that an agent before this one gave to pods, by their interfaces.
  mutating func adopt(_ bases: @autoclosure () -> [String: UInt32]) throws {
    guard !isAdopted else { return }
    slots.adopt(bases(), occupied: try kernel.occupiedSlots())
    isAdopted = true
  }

  /// Whether all that a pod's policies need is in place.
  func isEnforced(_ interface: String) -> Bool { enforced[interface] != nil }

  /// What flows that are known may have to be asked about, since this was called before.
  mutating func takeChanges() -> PolicyEffects {
    defer { changes = PolicyEffects() }
    return changes
  }

  /// A turn begins. Whoever comes back after this without having been among `interfaces` is somebody else, and gets nothing of the
  /// one before.
  mutating func begin(_ interfaces: some Collection<String>) {
    refused = [:]
    guard !enforced.isEmpty else { return }
    let wanted = Set(interfaces)
    for interface in enforced.keys where !wanted.contains(interface) { enforced[interface] = nil }
  }

  // MARK: Members of sets

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

  /// Tells the kernel of members that have come and gone. What is done twice because the first time failed half-way does no harm.
  mutating func writeMembers() throws {
    while let writes = pending.first {
      try addRows(writes.newClasses)
      try kernel.write(writes)
      leftBehind.classes += writes.oldClasses
      pending.removeFirst()
      if !shared.entries.isEmpty { changes.members = true }
    }
  }

  /// Every policy gets the rows of new classes; one that has no room for them is loaded anew.
  private mutating func addRows(_ new: [AddressClass]) throws {
    if new.isEmpty { return }
    for (key, entry) in shared.entries where try !entry.policy.add(new) {
      var other = try load(entry.compiled)
      // Should one of them fail, others go on to the further programs of this one until the next time succeeds.
      leftBehind.awaitingReload[key, default: []] += other.splitSlots
      for slot in entry.slots { try kernel.install(other.policy, at: slot) }
      let abandoned = (leftBehind.awaitingReload.removeValue(forKey: key) ?? []).filter {
        !other.splitSlots.contains($0)
      }
      leftBehind.splits += entry.splitSlots + abandoned
      other.slots = entry.slots
      shared.insert(key, other)
      revision += 1
    }
  }

  // MARK: Policies of pods

  /// Has a pod's slots ask its policies. Each of them is another's business if one fails.
  mutating func enforce(_ policy: WorkloadPolicy, at interface: String) throws {
    if enforced[interface] == policy, !unfinished.contains(interface) { return }
    let base = try assignBase(interface)
    leftBehind.interfaces.remove(interface)
    unfinished.insert(interface)
    var failure: (any Error)?
    for direction in PolicyDirection.allCases {
      for family in AddressFamily.allCases {
        let key = SharedPolicies.Key(policy: policy[direction], family: family)
        do {
          try install(key, at: PolicySlot.slot(base, family, direction))
        } catch {
          failure = failure ?? error
        }
      }
    }
    if let failure { throw failure }
    unfinished.remove(interface)
    enforced[interface] = policy
  }

  private mutating func install(_ key: SharedPolicies.Key, at slot: UInt32) throws {
    if shared.installed[slot] == key { return }
    let entry = try entry(key)
    defer { leftBehind.splits += shared.dropIfUnused(key) }
    try kernel.install(entry.policy, at: slot)
    leftBehind.splits += shared.note(key, at: slot)
    changes.policies = true
    revision += 1
  }

  /// Takes the policies of all other pods out; no route may lead to them any more.
  mutating func removeAllBut(_ interfaces: some Collection<String>) throws {
    for interface in slots.interfaces.subtracting(interfaces).subtracting(leftBehind.interfaces) {
      guard let base = slots.base(interface) else { continue }
      enforced[interface] = nil
      unfinished.remove(interface)
      for slot in base..<base + PolicySlot.perWorkload {
        try kernel.clear(slot)
        leftBehind.splits += shared.forget(slot)
      }
      leftBehind.interfaces.insert(interface)
      revision += 1
    }
  }

  /// Takes out what an agent before this one left and nothing uses any more: once all that it enforced is replaced.
  mutating func removeLeftovers() throws {
    let isReplaced = slots.interfaces.allSatisfy {
      leftBehind.interfaces.contains($0) || enforced[$0] != nil && !unfinished.contains($0)
    }
    guard isReplaced else { return }
    // Those of pods come first: no policy loses its further programs before itself.
    for slot in slots.leftovers.sorted() { try kernel.clear(slot) }
    slots.forgetLeftovers()
  }

  /// Frees what nothing uses any more, once no packet is with it.
  mutating func tidy() throws {
    if leftBehind.isEmpty { return }
    try kernel.settle()
    for slot in leftBehind.splits { try kernel.clear(slot) }
    slots.releaseSplits(leftBehind.splits)
    leftBehind.splits = []
    for entry in shared.entries.values { try entry.policy.remove(leftBehind.classes) }
    leftBehind.classes = []
    for interface in leftBehind.interfaces { slots.release(interface) }
    leftBehind.interfaces = []
  }

  private mutating func assignBase(_ interface: String) throws -> UInt32 {
    if let base = slots.assign(interface) { return base }
    try tidy()
    guard let base = slots.assign(interface) else { throw PolicyFailure.noSlots }
    return base
  }

  // MARK: Loading

  /// The loaded policy. One that uses sets is not to be had before their members are written: a rule that denies them would deny nobody.
  private mutating func entry(_ key: SharedPolicies.Key) throws -> SharedPolicies.Entry {
    if let error = refused[key] { throw error }
    do {
      let compiled = try shared[key]?.compiled ?? kernel.compile(key.policy, key.family)
      guard pending.isEmpty || compiled.sets.isEmpty && compiled.portSets.isEmpty else {
        throw PolicyFailure.setsNotWritten
      }
      if let entry = shared[key] { return entry }
      let entry = try load(compiled)
      shared.insert(key, entry)
      return entry
    } catch {
      refused[key] = error
      throw error
    }
  }

  private mutating func load(_ compiled: CompiledPolicy) throws -> SharedPolicies.Entry {
    let splits = try assignSplits(compiled.programs.count - 1)
    numbers &+= 1
    do {
      // Until members are written, addresses may be in classes that are otherwise over.
      let old = pending.flatMap(\.oldClasses).filter { $0.family == compiled.family }
      let policy = try kernel.load(
        compiled, number: numbers, splitSlots: splits, classes: classes.classes(compiled.family) + old)
      return SharedPolicies.Entry(compiled: compiled, number: numbers, policy: policy, splitSlots: splits)
    } catch {
      leftBehind.splits += splits
      throw error
    }
  }

  private mutating func assignSplits(_ count: Int) throws -> [UInt32] {
    if let given = slots.assignSplits(count) { return given }
    try tidy()
    guard let given = slots.assignSplits(count) else { throw PolicyFailure.noSlots }
    return given
  }
}

/// What flows that are known may have to be asked about again.
struct PolicyEffects: Equatable {
  /// What is enforced at a pod is another policy.
  var policies = false
  /// Members of sets have come or gone.
  var members = false
}

/// What nothing leads to any more, while packets that came before may still be with it.
private struct LeftBehind {
  /// Slots of policies' programs after the first.
  var splits: [UInt32] = []
  /// Slots of policies that only some pods got; those that the others have come first.
  var awaitingReload: [SharedPolicies.Key: [UInt32]] = [:]
  var classes: [AddressClass] = []
  /// Those of pods that are gone.
  var interfaces: Set<String> = []

  var isEmpty: Bool { splits.isEmpty && classes.isEmpty && interfaces.isEmpty }
}

/// Why a policy cannot be enforced although nothing is wrong with it.
enum PolicyFailure: Error, CustomStringConvertible {
  case noSlots
  case setsNotWritten

  var description: String {
    switch self {
    case .noSlots: "cali_policy has no slots left: a node may have some 4,000 pods"
    case .setsNotWritten:
      "members of the sets that its policies use are not written, so they do not come into force yet"
    }
  }
}
