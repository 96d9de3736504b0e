import DataplaneABI
import Policy
import Testing

@testable import Dataplane

@Suite("Policies come into the kernel, whatever fails")
struct PolicyDriverTests {
  private static let bad = IPSetID("bad")
  private static let a = WorkloadPolicy.named("a")
  private static let b = WorkloadPolicy.named("b", denies: bad)
  private static let c = WorkloadPolicy.named("c", rules: 100)

  private static let before = PolicyScene([1: a, 2: b, 3: c])
  private static let after = PolicyScene([2: a, 3: b, 4: c])
  private static let members = MembershipChanges.add(["10.1.0.1", "10.2.0.0/16", "fd00::1"], to: bad)
  private static let otherMembers: MembershipChanges = [
    bad: IPSetChange(
      added: MembershipChanges.add(["10.3.0.1"], to: bad)[bad]?.added ?? [],
      removed: MembershipChanges.remove(["10.1.0.1"], from: bad)[bad]?.removed ?? [])
  ]

  private static func check(_ contents: FakeKernel.Contents, _ scenes: [PolicyScene]) -> String? {
    for pod: UInt8 in 1...4 {
      guard let asked = contents.asked(pod), contents.interfaces["cali\(pod)"]?.isUp == true else { continue }
      for (number, policy) in asked.enumerated() {
        let allowed = scenes.compactMap { $0.expected(pod)?[number] }
        guard let policy, allowed.contains(policy) else {
          return "pod \(pod) asks \(policy ?? "nobody") in slot \(number), not one of \(allowed)"
        }
      }
    }
    // A policy's further programs are its own as long as a slot has its first.
    for id in contents.policySlots.values where id > 0 {
      for split in contents.loadedPolicies[id]?.splits ?? [] where contents.policySlots[split] != -id {
        return "\(contents.loadedPolicies[id]?.name ?? "") goes on to another's program"
      }
    }
    return contents.rowless
  }

  private static func expectGoal(_ kernel: FakeKernel, _ scene: PolicyScene, _ comment: Comment) {
    for pod in scene.policies.keys { #expect(kernel.contents.asked(pod) == scene.expected(pod), comment) }
    #expect(check(kernel.contents, [scene]) == nil, comment)
    let used = Set(kernel.contents.policySlots.values.map { abs($0) })
    for id in used { #expect(kernel.contents.policySlots.values.contains(id), "\(comment): programs nobody reaches") }
    #expect(kernel.contents.policySlots.values.filter { $0 > 0 }.count == scene.policies.count * 4, comment)
  }

  private static func watched(_ scenes: [PolicyScene], _ violations: Violations) -> FakeKernel {
    let kernel = FakeKernel.fresh(pods: [1, 2, 3, 4])
    kernel.afterEachEffect { contents, effect in
      if let violation = check(contents, scenes) { violations.add("\(effect): \(violation)") }
    }
    return kernel
  }

  @Test("whatever step is the last of an agent, the next one finishes the work, and no pod is ever without its policy")
  func crashes() {
    let counted = FakeKernel.fresh(pods: [1, 2, 3, 4])
    var driver = counted.driver(policies: FakePolicies(kernel: counted))
    #expect(driver.turn(Self.before, members: Self.members, on: counted).failures == [])
    Self.expectGoal(counted, Self.before, "undisturbed")
    let start = counted.effects.count
    #expect(driver.turn(Self.after, members: Self.otherMembers, on: counted).failures == [])
    Self.expectGoal(counted, Self.after, "undisturbed")
    let total = counted.effects.count - start
    #expect(total > 30)
    #expect(counted.contents.loadedPolicies.values.contains { $0.splits.count == 1 })

    for step in 0...total {
      let violations = Violations()
      let kernel = Self.watched([Self.before, Self.after], violations)
      var first = kernel.driver(policies: FakePolicies(kernel: kernel))
      first.turn(Self.before, members: Self.members, on: kernel)
      kernel.crash(after: step)
      first.turn(Self.after, members: Self.otherMembers, on: kernel)
      let generation = kernel.contents.node[0]?.routeGeneration ?? 0
      kernel.crash(after: nil)
      // Its maps of classes are its own.
      kernel.contents.addressClasses = [:]
      kernel.contents.classes = [:]
      for id in kernel.contents.loadedPolicies.keys { kernel.contents.loadedPolicies[id]?.sets = [] }
      var second = kernel.driver(policies: FakePolicies(kernel: kernel))
      let report = second.turn(Self.after, members: Self.members, on: kernel)
      #expect(report.failures == [], "restart after step \(step)")
      #expect(violations.all == [], "restart after step \(step)")
      Self.expectGoal(kernel, Self.after, "restart after step \(step)")
      #expect((kernel.contents.node[0]?.routeGeneration ?? 0) > generation)
    }
  }

  @Test("a step that fails is made up for in the next turn, and opens nothing meanwhile")
  func failures() {
    let names: Set = [
      "list slots", "load ipv4", "load ipv6", "fill split", "install", "clear", "name class", "write class", "settle",
      "add rows", "remove rows", "routes4", "write routes4", "remove routes4", "write node",
    ]
    for name in names {
      let violations = Violations()
      let kernel = Self.watched([Self.before, Self.after], violations)
      var driver = kernel.driver(policies: FakePolicies(kernel: kernel))
      driver.turn(Self.before, members: Self.members, on: kernel)
      kernel.refuse([name])
      driver.turn(Self.after, members: Self.otherMembers, on: kernel)
      driver.turn(Self.after, on: kernel)
      kernel.refuse([])
      driver.turn(Self.after, on: kernel)
      let report = driver.turn(Self.after, on: kernel)
      #expect(report.failures == [], "after \(name) failed")
      #expect(violations.all == [], "\(name) fails")
      Self.expectGoal(kernel, Self.after, "after \(name) failed")
    }
  }

  @Test("every single effect that fails once is made up for")
  func singleFailures() {
    let counted = FakeKernel.fresh(pods: [1, 2, 3, 4])
    var driver = counted.driver(policies: FakePolicies(kernel: counted))
    driver.turn(Self.before, members: Self.members, on: counted)
    let start = counted.effects.count
    driver.turn(Self.after, members: Self.otherMembers, on: counted)
    for step in 0..<counted.effects.count - start {
      let violations = Violations()
      let kernel = Self.watched([Self.before, Self.after], violations)
      var driver = kernel.driver(policies: FakePolicies(kernel: kernel))
      driver.turn(Self.before, members: Self.members, on: kernel)
      kernel.crash(after: step)
      driver.turn(Self.after, members: Self.otherMembers, on: kernel)
      kernel.crash(after: nil)
      driver.turn(Self.after, on: kernel)
      #expect(driver.turn(Self.after, on: kernel).failures == [], "step \(step)")
      #expect(violations.all == [], "step \(step)")
      Self.expectGoal(kernel, Self.after, "step \(step)")
    }
  }

  @Test("equal policies are loaded once for 500 pods, and asked for nothing when nothing changes")
  func shared() {
    let pods = [UInt8](1...250)
    let kernel = FakeKernel.fresh(pods: pods)
    var driver = kernel.driver(policies: FakePolicies(kernel: kernel))
    let scene = PolicyScene(Dictionary(uniqueKeysWithValues: pods.map { ($0, Self.a) }))
    #expect(driver.turn(scene, on: kernel).failures == [])
    #expect(kernel.effects.filter { $0.hasPrefix("load ") }.count == 4)
    #expect(kernel.effects.filter { $0 == "install" }.count == 1_000)
    driver.turn(scene, on: kernel)
    kernel.crash(after: nil)
    driver.turn(scene, on: kernel)
    #expect(kernel.effects == [])
  }

  @Test("what cannot be loaded leaves what was there, names the pod, holds up nobody else, and is tried once a turn")
  func refusedLoad() {
    let kernel = FakeKernel.fresh(pods: [1, 2, 3, 4])
    var driver = kernel.driver(policies: FakePolicies(kernel: kernel))
    driver.turn(PolicyScene([1: Self.a, 2: Self.a, 3: Self.a]), on: kernel)
    kernel.refuse(["load ipv6"])
    let next = PolicyScene([1: Self.c, 2: Self.c, 3: Self.a, 4: Self.c])
    let report = driver.turn(next, on: kernel)
    #expect(kernel.contents.interfaces["cali4"]?.isUp == false)
    #expect(
      Set(report.failures.map(\.subject)).isSuperset(of: [
        "policies of pod default/p1 (cali1)", "policies of pod default/p2 (cali2)", "pod default/p4 (cali4)",
      ]))
    #expect(report.failures.contains { $0.reason.contains("policies are not in place") })
    #expect(report.readyWorkloads == ["cali1", "cali2", "cali3"])
    // What can be is in force.
    #expect(kernel.contents.asked(1)?[0] == next.expected(1)?[0])
    #expect(kernel.contents.asked(1)?[2] == PolicyScene([1: Self.a]).expected(1)?[2])
    #expect(kernel.contents.asked(3) == next.expected(3))
    // Back to what was: half of the other policy is there.
    kernel.refuse([])
    driver.turn(PolicyScene([1: Self.a, 2: Self.a, 3: Self.a]), on: kernel)
    Self.expectGoal(kernel, PolicyScene([1: Self.a, 2: Self.a, 3: Self.a]), "back")
  }

  @Test("a pod that comes after another of the same name gets nothing of that one's policy")
  func successor() {
    let kernel = FakeKernel.fresh(pods: [1, 2])
    var driver = kernel.driver(policies: FakePolicies(kernel: kernel))
    driver.turn(PolicyScene([1: Self.a, 2: Self.a]), on: kernel)
    kernel.refuse(["remove routes4"])
    driver.turn(PolicyScene([2: Self.a]), on: kernel)
    kernel.contents.interfaces["cali1"] = Scene.pod(1)
    kernel.refuse(["load ipv4"])
    driver.turn(PolicyScene([1: Self.b, 2: Self.a]), on: kernel)
    #expect(kernel.contents.interfaces["cali1"]?.isUp == false)
    kernel.refuse([])
    driver.turn(PolicyScene([1: Self.b, 2: Self.a]), on: kernel)
    Self.expectGoal(kernel, PolicyScene([1: Self.b, 2: Self.a]), "at last")
    #expect(kernel.contents.interfaces["cali1"]?.isUp == true)
  }

  @Test("a policy with sets does not come before their members are written")
  func membersFirst() {
    let kernel = FakeKernel.fresh(pods: [1, 2, 3])
    var driver = kernel.driver(policies: FakePolicies(kernel: kernel))
    driver.turn(PolicyScene([1: Self.a]), on: kernel)
    kernel.refuse(["write class"])
    let next = PolicyScene([1: Self.b, 2: Self.b, 3: Self.a])
    driver.turn(next, members: Self.members, on: kernel)
    #expect(kernel.contents.asked(1)?[0] == PolicyScene([1: Self.a]).expected(1)?[0])
    #expect(kernel.contents.interfaces["cali2"]?.isUp == false)
    // One that uses no set need not wait.
    #expect(kernel.contents.interfaces["cali3"]?.isUp == true)
    kernel.refuse([])
    driver.turn(next, on: kernel)
    Self.expectGoal(kernel, next, "written")
  }

  @Test("a policy without room for new classes is loaded anew; whatever fails of that, no class is without a row")
  func noRoom() {
    for name in ["none", "load ipv4", "install", "write class"] {
      let violations = Violations()
      let scene = PolicyScene([1: Self.b, 2: Self.b])
      let kernel = Self.watched([scene], violations)
      var driver = kernel.driver(policies: FakePolicies(kernel: kernel, room: 0))
      driver.turn(scene, members: Self.members, on: kernel)
      kernel.refuse([name])
      driver.turn(scene, members: .add(["10.9.0.0/24"], to: IPSetID("more")), on: kernel)
      driver.turn(scene, members: .add(["10.1.0.1"], to: IPSetID("other")), on: kernel)
      kernel.refuse([])
      driver.turn(scene, on: kernel)
      #expect(driver.turn(scene, on: kernel).failures == [], "\(name)")
      #expect(violations.all == [], "\(name)")
      Self.expectGoal(kernel, scene, "\(name)")
    }
  }

  @Test("a pod's interface that is made anew, with another number, keeps its slots")
  func anotherIndex() {
    let kernel = FakeKernel.fresh(pods: [1])
    var driver = kernel.driver(policies: FakePolicies(kernel: kernel))
    driver.turn(PolicyScene([1: Self.a]), on: kernel)
    let base = kernel.contents.routes4[Scene.host(1)]?.policy
    kernel.contents.interfaces["cali1"] = nil
    driver.turn(PolicyScene([1: Self.a]), on: kernel)
    var again = Scene.pod(1)
    again.index = 999
    kernel.contents.interfaces["cali1"] = again
    driver.turn(PolicyScene([1: Self.a]), on: kernel)
    #expect(kernel.contents.routes4[Scene.host(1)]?.policy == base)
    #expect(kernel.contents.routes4[Scene.host(1)]?.interfaceIndex == 999)
    Self.expectGoal(kernel, PolicyScene([1: Self.a]), "recreated")
  }

  @Test("slots are free only once no packet is with them")
  func grace() {
    let kernel = FakeKernel.fresh(pods: [1])
    var driver = kernel.driver(policies: FakePolicies(kernel: kernel))
    driver.turn(PolicyScene([1: Self.c]), on: kernel)
    kernel.crash(after: nil)
    driver.turn(PolicyScene([1: Self.a]), on: kernel)
    let (settles, clears) = (kernel.effects.firstIndex(of: "settle"), kernel.effects.firstIndex(of: "clear"))
    #expect(kernel.effects.filter { $0 == "clear" }.count >= 4)
    if let settles, let clears { #expect(settles < clears) } else { Issue.record("nothing was freed") }
  }

  @Test("the slots of an agent that enforced nothing are no slots")
  func unenforcedBefore() {
    let kernel = FakeKernel.fresh(pods: [1, 2])
    var without = kernel.driver()
    without.turn(PolicyScene([1: Self.a, 2: Self.a]), on: kernel)
    #expect(kernel.contents.routes4[Scene.host(1)]?.policy == PolicySlot.unenforced)
    var driver = kernel.driver(policies: FakePolicies(kernel: kernel))
    #expect(driver.turn(PolicyScene([1: Self.a, 2: Self.a]), on: kernel).failures == [])
    Self.expectGoal(kernel, PolicyScene([1: Self.a, 2: Self.a]), "enforced")
  }

  @Test("no slots left: the pod says so, and gets them once others are gone")
  func exhausted() throws {
    var slots = PolicySlots()
    var count = 0
    while slots.assign("cali\(count)") != nil { count += 1 }
    #expect(count > 4_000)
    #expect(slots.assignSplits(1) == nil)
    slots.release("cali7")
    #expect(slots.assign("new") == PolicySlot.first + 7 * PolicySlot.perWorkload)
  }
}

@Suite("When flows ask again")
struct PolicyGenerationTests {
  private static let set = IPSetID("s")

  @Test("at once after policies have changed; after members have, at most once a second, and none is forgotten")
  func pace() {
    let kernel = FakeKernel.fresh(pods: [1])
    var driver = kernel.driver(policies: FakePolicies(kernel: kernel))
    let scene = PolicyScene([1: .named("a", denies: Self.set)])
    let start = ContinuousClock.now
    func generation() -> UInt32 { kernel.contents.node[0]?.routeGeneration ?? 0 }
    driver.turn(scene, on: kernel, at: start)
    driver.turn(scene, on: kernel, at: start)
    var before = generation()
    #expect(driver.turn(scene, members: .add(["10.0.0.1"], to: Self.set), on: kernel, at: start).nextWithin == nil)
    #expect(generation() == before + 1)
    before = generation()
    for number in 0..<100 {
      let now = start + .milliseconds(9 * (number + 1))
      let report = driver.turn(scene, members: .add(["10.0.1.\(number)"], to: Self.set), on: kernel, at: now)
      #expect(report.nextWithin == .milliseconds(1_000 - 9 * (number + 1)))
    }
    #expect(generation() == before)
    let report = driver.turn(scene, on: kernel, at: start + .seconds(1))
    #expect(report.nextWithin == nil)
    #expect(generation() == before + 1)
    // A policy does not wait.
    let changed = PolicyScene([1: .named("b")])
    driver.turn(scene, members: .add(["10.0.2.1"], to: Self.set), on: kernel, at: start + .milliseconds(1_100))
    #expect(generation() == before + 1)
    #expect(driver.turn(changed, on: kernel, at: start + .milliseconds(1_101)).nextWithin == nil)
    #expect(generation() == before + 2)
  }
}
