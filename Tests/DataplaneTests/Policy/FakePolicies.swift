import DataplaneABI
import Policy
import PolicyCompiler
import Synchronization

@testable import Dataplane

/// Policies of a kernel in memory. What is loaded goes with the process, unless a slot has it.
struct FakePolicies: PolicyKernel {
  let kernel: FakeKernel
  /// Numbers that no policy of another process has.
  private static let next = Mutex<Int>(0)
  /// Classes that a policy's map has room for beyond those at its load.
  var room = 1_000

  /// Programs are small, so that a policy of few rules has several.
  func compile(_ policy: EffectivePolicy, _ family: AddressFamily) throws -> CompiledPolicy {
    try CompiledPolicy(policy, family: family, limits: CompilerLimits(words: 1))
  }

  func occupiedSlots() throws -> Set<UInt32> {
    try kernel.effect("list slots") { _ in }
    return Set(kernel.contents.policySlots.keys)
  }

  func load(
    _ policy: CompiledPolicy, number: UInt32, splitSlots: [UInt32], classes: [AddressClass]
  ) throws -> any KernelPolicy {
    let id = Self.next.withLock {
      $0 += 1
      return $0
    }
    let loaded = FakePolicy(kernel: kernel, id: id, compiled: policy, limit: classes.count + room)
    let owner = policy.ruleIDs.first.map { "\($0.owner)" } ?? ""
    try kernel.effect("load \(policy.family)") {
      $0.loadedPolicies[id] = LoadedFake(
        name: "\(policy.direction) \(policy.family) \(owner)", sets: policy.sets, rows: loaded.rows(classes),
        splits: splitSlots)
    }
    for slot in splitSlots { try kernel.effect("fill split") { $0.policySlots[slot] = -id } }
    return loaded
  }

  func install(_ policy: any KernelPolicy, at slot: UInt32) throws {
    guard let policy = policy as? FakePolicy else { throw FakeKernel.Refusal(description: "another's policy") }
    try kernel.effect("install") { $0.policySlots[slot] = policy.id }
  }

  func clear(_ slot: UInt32) throws { try kernel.effect("clear") { $0.policySlots[slot] = nil } }

  func write(_ writes: ClassWrites) throws {
    for one in writes.newClasses { try kernel.effect("name class") { $0.classes[one.number] = one } }
    for (prefix, number) in writes.addresses {
      try kernel.effect("write class") { $0.addressClasses[prefix] = number }
    }
  }

  func settle() throws { try kernel.effect("settle") { _ in } }
}

struct FakePolicy: KernelPolicy {
  let kernel: FakeKernel
  let id: Int
  let compiled: CompiledPolicy
  let limit: Int

  func rows(_ classes: [AddressClass]) -> Set<UInt32> {
    Set(classes.filter { $0.family == compiled.family && !$0.sets.isDisjoint(with: compiled.sets) }.map(\.number))
  }

  func add(_ classes: [AddressClass]) throws -> Bool {
    let new = rows(classes)
    if new.isEmpty { return true }
    guard (kernel.contents.loadedPolicies[id]?.rows.union(new).count ?? 0) <= limit else { return false }
    try kernel.effect("add rows") { $0.loadedPolicies[id]?.rows.formUnion(new) }
    return true
  }

  func remove(_ classes: [AddressClass]) throws {
    let old = rows(classes)
    if old.isEmpty { return }
    try kernel.effect("remove rows") { $0.loadedPolicies[id]?.rows.subtract(old) }
  }

  func packets() throws -> [UInt64] { [] }
}

/// A policy that is loaded.
struct LoadedFake: Equatable {
  var name: String
  var sets: Set<IPSetID>
  /// Classes that it has rows of.
  var rows: Set<UInt32>
  var splits: [UInt32]
}

extension FakeKernel.Contents {
  /// What a slot has, by the policy's name; nil if that is nothing.
  func policy(_ slot: UInt32) -> String? { policySlots[slot].flatMap { loadedPolicies[$0]?.name } }

  /// What a pod's packets ask, by its IPv4 route; nil where it has none.
  func asked(_ pod: UInt8) -> [String?]? {
    guard let base = routes4[Scene.host(pod)]?.policy else { return nil }
    return (0..<PolicySlot.perWorkload).map { base == 0 || base == PolicySlot.unenforced ? nil : policy(base + $0) }
  }

  /// A policy that is asked and has no row for a class that some address is in; nil if there is none.
  var rowless: String? {
    for id in policySlots.values {
      guard let loaded = loadedPolicies[id] else { continue }
      for number in addressClasses.values {
        guard let one = classes[number], !one.sets.isDisjoint(with: loaded.sets), !loaded.rows.contains(number) else {
          continue
        }
        if loaded.name.contains(one.family == .ipv4 ? "ipv4" : "ipv6") { return "\(loaded.name) lacks \(number)" }
      }
    }
    return nil
  }
}

extension WorkloadPolicy {
  /// One that is told from others by its name.
  ///
  /// - Parameters:
  ///   - set: whose members it denies.
  ///   - rules: more of them, so many.
  static func named(_ name: String, denies set: IPSetID? = nil, rules: Int = 0) -> WorkloadPolicy {
    func policy(_ direction: PolicyDirection) -> EffectivePolicy {
      let owner = RuleOwner.profile(name: name)
      var list: [EffectiveRule] = []
      if let set {
        list.append(
          EffectiveRule(
            id: RuleID(owner: owner, direction: direction, index: 0), action: .deny,
            match: RuleMatch(source: PeerMatch(sets: [set]))))
      }
      for index in 0..<rules {
        let port = UInt16(1 + index)
        list.append(
          EffectiveRule(
            id: RuleID(owner: owner, direction: direction, index: index + 1), action: index % 2 == 0 ? .deny : .allow,
            match: RuleMatch(
              transport: TransportMatch(proto: 6), destination: PeerMatch(ports: .among([.range(port...port)])))))
      }
      list.append(
        EffectiveRule(
          id: RuleID(owner: owner, direction: direction, index: nil), action: .allow, match: RuleMatch()))
      return EffectivePolicy(
        direction: direction,
        stages: [
          PolicyStage(rules: list, end: .deny, endID: RuleID(owner: owner, direction: direction, index: nil))
        ])
    }
    return WorkloadPolicy(ingress: policy(.ingress), egress: policy(.egress))
  }
}
