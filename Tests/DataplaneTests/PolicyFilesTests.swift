import DataplaneABI
import Foundation
import Policy
import PolicyCompiler
import Synchronization
import Testing

@testable import Dataplane

/// A kernel that takes every policy.
private final class WillingKernel: PolicyKernel {
  private struct Loaded: KernelPolicy {
    var hasRoom: Bool
    func add(_ classes: [AddressClass]) -> Bool { hasRoom }
    func remove(_ classes: [AddressClass]) {}
    func packets() -> [UInt64] { [] }
  }

  let hasRoom = Mutex(true)

  func occupiedSlots() -> Set<UInt32> { [] }
  func load(
    _ policy: CompiledPolicy, number: UInt32, splitSlots: [UInt32], classes: [AddressClass]
  ) -> any KernelPolicy { Loaded(hasRoom: hasRoom.withLock { $0 }) }
  func install(_ policy: any KernelPolicy, at slot: UInt32) {}
  func clear(_ slot: UInt32) {}
  func write(_ writes: ClassWrites) {}
  func settle() {}
}

@Suite("Files that tell what policies do")
struct PolicyFilesTests {
  private let folder = NSTemporaryDirectory() + "policy-files-\(UUID().uuidString)"

  private func policy(_ direction: PolicyDirection, _ name: String) -> EffectivePolicy {
    let owner = RuleOwner.policy(
      group: "networking.k8s.io", kind: "NetworkPolicy", tier: "default", namespace: "default", name: name)
    let rule = EffectiveRule(
      id: RuleID(owner: owner, direction: direction, index: 0), action: .allow,
      match: RuleMatch(
        transport: TransportMatch(proto: 6), source: PeerMatch(sets: [IPSetID("selector:app == \"web\"")])))
    let end = RuleID(owner: .endOfTier(name: "default"), direction: direction, index: nil)
    return EffectivePolicy(direction: direction, stages: [PolicyStage(rules: [rule], end: .deny, endID: end)])
  }

  private func workload(_ name: String) -> WorkloadPolicy {
    WorkloadPolicy(ingress: policy(.ingress, name), egress: policy(.egress, name))
  }

  private func names() -> [String] { ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted() }

  private func record(_ name: String) throws -> PolicyRecord {
    try JSONDecoder().decode(PolicyRecord.self, from: Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")))
  }

  @Test("one for each interface, direction and family; rules have the numbers that programs have")
  func written() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var policies = PolicyReconciler(WillingKernel(), numbers: 100)
    var files = PolicyFiles(PolicyFolder(path: folder))
    try policies.enforce(workload("web"), at: "cali1")
    let complaint = files.settle(policies, pods: ["cali1": "default/web"], isWanted: true)
    #expect(complaint == nil)
    #expect(
      names() == [
        "cali1_egress_v4.json", "cali1_egress_v6.json", "cali1_ingress_v4.json", "cali1_ingress_v6.json",
      ])
    let record = try record("cali1_ingress_v6.json")
    let compiled = try CompiledPolicy(policy(.ingress, "web"), family: .ipv6)
    #expect(record.rules.map(\.name) == compiled.ruleIDs.map(\.words))
    #expect(record.rules.map(\.action) == ["allow", "deny"])
    #expect(record.rules[0].match == "TCP, from {app == \"web\"}")
    #expect(record.programName == compiled.name)
    #expect(record.slot == PolicySlot.first + 2)
    #expect(record.program > 100)
    #expect(record.pod == "default/web" && record.family == 6 && record.interface == "cali1")
  }

  @Test("they follow what is enforced, go with the pod, and with the setting")
  func followed() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for name in ["cali9_ingress_v4.json", "notes.txt"] {
      try Data().write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
    }
    let kernel = WillingKernel()
    var policies = PolicyReconciler(kernel, numbers: 100)
    var files = PolicyFiles(PolicyFolder(path: folder))
    kernel.hasRoom.withLock { $0 = false }
    for interface in ["cali1", "cali2"] { try policies.enforce(workload("web"), at: interface) }
    #expect(files.settle(policies, pods: [:], isWanted: true) == nil)
    #expect(names().count == 9 && names().last == "notes.txt")

    // New classes that a policy has no room for: it is loaded anew, and has another number.
    let before = try record("cali1_ingress_v4.json").program
    let member = IPSetMember.prefix(try #require(AddressPrefix("10.65.1.2")))
    policies.take([IPSetID("selector:app == \"web\""): IPSetChange(added: [member], removed: [])])
    try policies.writeMembers()
    #expect(files.settle(policies, pods: [:], isWanted: true) == nil)
    #expect(try record("cali1_ingress_v4.json").program != before)
    #expect(policies.counts.sets == 1 && policies.counts.members.ipv4 == 1 && policies.counts.members.ipv6 == 0)
    #expect(policies.counts.policies == 1 && policies.counts.programs.ipv4 == 2 && policies.counts.programs.ipv6 == 2)

    try policies.enforce(workload("other"), at: "cali1")
    #expect(files.settle(policies, pods: [:], isWanted: true) == nil)
    #expect(try record("cali1_egress_v4.json").rules.first?.name == "NetworkPolicy default/other egress rule 0")
    #expect(try record("cali2_egress_v4.json").rules.first?.name == "NetworkPolicy default/web egress rule 0")

    try policies.removeAllBut(["cali1"])
    #expect(files.settle(policies, pods: [:], isWanted: true) == nil)
    #expect(names().filter { $0.hasPrefix("cali2") }.isEmpty)

    #expect(files.settle(policies, pods: [:], isWanted: false) == nil)
    #expect(names() == ["notes.txt"])
    #expect(files.settle(policies, pods: [:], isWanted: true) == nil)
    #expect(names().count == 5)
  }

  @Test("a folder that cannot be written is told, and hinders nothing")
  func unwritable() throws {
    var policies = PolicyReconciler(WillingKernel())
    var files = PolicyFiles(PolicyFolder(path: "/proc/policies"))
    try policies.enforce(workload("web"), at: "cali1")
    let sentence = files.settle(policies, pods: [:], isWanted: true)
    #expect(sentence?.hasPrefix("what policies do cannot be written to /proc/policies: ") == true)
    #expect(policies.isEnforced("cali1"))
  }
}
