import CalicoAPI
import Dataplane
import DataplaneABI
import Routing
import Synchronization
import Testing

@Suite("The agent may die at any step")
struct CrashTests {
  /// From one scene to another, each with things that come, go and change.
  private static let before = Scene(
    pods: [1, 2, 3], services: [1: [1, 2], 2: [3], 3: [1, 2, 3], 5: [1], 6: [2], 7: [3]],
    clients: [2: [1], 3: [1, 2], 5: [3], 7: []], slots: [1: 5, 2: 3, 3: 7, 5: 3], hasRemoteNode: false)
  private static let after = Scene(
    pods: [2, 3, 4], services: [1: [2], 3: [4, 2, 3], 4: [2, 4], 5: [2], 6: [3], 7: [3]],
    clients: [3: [2, 9], 4: [4], 6: [1, 5]], slots: [1: 7, 3: 5, 4: 3, 6: 3], hasRemoteNode: true,
    connectTime: .enabled)

  /// Who may use a frontend was let in before or is to be let in, and nobody that both let in is kept out meanwhile.
  private static func checkClients(_ contents: FakeKernel.Contents, _ scene: Scene) -> String? {
    for (key, clients) in FakeKernel.clients(contents) {
      let number = UInt8(truncatingIfNeeded: key.address.rawValue.byteSwapped)
      // One that is not there before, or not after, has one state only.
      let states = [before, scene].filter { $0.services[number] != nil }.map { $0.clients[number] }
      if !states.contains(nil) {
        guard let clients else { return "frontend \(key.address) lets in everybody" }
        let known = states.reduce(into: Set<UInt8>()) { $0.formUnion($1 ?? []) }
        if !clients.isSubset(of: known) { return "frontend \(key.address) lets in \(clients)" }
      }
      let always = states.reduce(Set<UInt8>(0...255)) { $0.intersection($1 ?? Set(0...255)) }
      if let clients, !clients.isSuperset(of: always) { return "frontend \(key.address) keeps out a client" }
    }
    return nil
  }

  /// What must hold after every single effect.
  private static func check(_ contents: FakeKernel.Contents, _ scene: Scene) -> String? {
    if let violation = checkClients(contents, scene) { return violation }
    for (key, backends) in FakeKernel.balanced(contents) where backends.contains(nil) {
      return "frontend \(key.address) promises a backend that is not there"
    }
    for (key, owners) in FakeKernel.slots(contents) where owners.isEmpty || owners.contains(nil) {
      return "frontend \(key.address) has a table with holes"
    }
    for hook in contents.sockets.keys {
      let needed: [SocketHook] =
        switch hook {
        case .connect4: [.getpeername4]
        case .connect6: [.getpeername6]
        case .sendmsg4: [.recvmsg4]
        case .sendmsg6: [.recvmsg6]
        default: []
        }
      if needed.contains(where: { contents.sockets[$0] == nil }) { return "\(hook) sends, and nothing hides where to" }
    }
    for (key, frontend) in contents.frontends4 {
      let drawn = (0..<frontend.count).map { contents.backends4[BackendKey(id: frontend.id, ordinal: $0)] }
      for backend in (drawn + (FakeKernel.slots(contents)[key] ?? [])).compactMap({ $0 }) {
        let member = MemberKey(id: frontend.id, address: backend.address, port: backend.port)
        guard contents.members4[member]?.contains(.takesNew) == true else {
          return "a sweep would move the flows of frontend \(key.address) off a backend that is there"
        }
      }
    }
    for interface in contents.interfaces.values where interface.isWorkload && interface.isUp {
      for hook in AttachmentHook.allCases {
        let slot = AttachmentSlot(interfaceName: interface.name, hook: hook)
        guard contents.attachments[slot]?.interfaceIndex == interface.index else {
          return "\(interface.name) is up without its \(hook) program"
        }
      }
      guard contents.routes4.values.contains(where: { $0.interfaceIndex == interface.index }) else {
        return "\(interface.name) is up without a route-map entry"
      }
    }
    return nil
  }

  /// What is left when ids and generations, which may differ, are taken away.
  private static func essence(_ contents: FakeKernel.Contents) -> FakeKernel.Contents {
    var essence = contents
    essence.frontends4 = contents.frontends4.mapValues {
      Frontend(id: 0, count: $0.count, flags: $0.flags, maglevSlots: $0.maglevSlots)
    }
    essence.backends4 = [:]
    essence.ranges4 = [:]
    essence.maglev4 = [:]
    essence.members4 = [:]
    essence.node = [:]
    return essence
  }

  /// The kernel's contents once `scenes` were reached, in order, by one process without a fault.
  private static func undisturbed(_ scenes: [Scene]) -> FakeKernel {
    let kernel = FakeKernel.fresh(pods: [1, 2, 3, 4])
    var driver = kernel.driver()
    for scene in scenes {
      let report = driver.turn(scene, on: kernel)
      #expect(report.failures == [])
    }
    return kernel
  }

  @Test("from nothing: whatever step is the last, the next start finishes the work, and no step opens a door")
  func fromNothing() {
    let goal = Self.undisturbed([Self.before])
    #expect(goal.effects.count > 20)
    for step in 0...goal.effects.count {
      crash(at: step, on: FakeKernel.fresh(pods: [1, 2, 3, 4]), to: Self.before, goal: goal)
    }
  }

  @Test("from one state to another: whatever step is the last, the next start finishes the work")
  func fromOneToAnother() {
    let goal = Self.undisturbed([Self.before, Self.after])
    let start = Self.undisturbed([Self.before])
    let total = goal.effects.count - start.effects.count
    #expect(total > 20)
    for step in 0...total {
      let kernel = FakeKernel()
      kernel.contents = start.contents
      crash(at: step, on: kernel, to: Self.after, goal: goal)
    }
  }

  @Test("a step that fails once, in a process that lives on, is made up for by the next turn")
  func failureWithoutCrash() {
    let goal = Self.undisturbed([Self.before, Self.after])
    for name in Set(goal.effects) {
      let kernel = FakeKernel.fresh(pods: [1, 2, 3, 4])
      var driver = kernel.driver()
      driver.turn(Self.before, on: kernel)
      kernel.refuse([name])
      let failed = driver.turn(Self.after, on: kernel)
      kernel.refuse([])
      driver.turn(Self.after, on: kernel, changed: failed.failures.isEmpty ? nil : [])
      let report = driver.turn(Self.after, on: kernel, changed: [])
      #expect(report.failures == [], "after \(name) failed")
      #expect(Self.essence(kernel.contents) == Self.essence(goal.contents), "after \(name) failed")
      #expect(FakeKernel.balanced(kernel.contents) == FakeKernel.balanced(goal.contents), "after \(name) failed")
      #expect(FakeKernel.clients(kernel.contents) == FakeKernel.clients(goal.contents), "after \(name) failed")
      #expect(FakeKernel.slots(kernel.contents) == FakeKernel.slots(goal.contents), "after \(name) failed")
    }
  }

  private func crash(at step: Int, on kernel: FakeKernel, to scene: Scene, goal: FakeKernel) {
    let violations = Violations()
    kernel.afterEachEffect { contents, effect in
      if let violation = Self.check(contents, scene) { violations.add("\(effect) of step \(step): \(violation)") }
    }
    kernel.crash(after: step)
    var first = kernel.driver()
    first.turn(scene, on: kernel)
    let generation = kernel.contents.node[0]?.routeGeneration ?? 0

    kernel.crash(after: nil)
    var second = kernel.driver()
    let report = second.turn(scene, on: kernel)
    // What depends on an interface that only came up now is done in the turn that this announces.
    second.turn(scene, on: kernel)

    #expect(report.failures == [], "restart after step \(step)")
    #expect(violations.all == [])
    #expect(Self.essence(kernel.contents) == Self.essence(goal.contents), "restart after step \(step)")
    #expect(FakeKernel.balanced(kernel.contents) == FakeKernel.balanced(goal.contents), "restart after step \(step)")
    #expect(FakeKernel.clients(kernel.contents) == FakeKernel.clients(goal.contents), "restart after step \(step)")
    #expect(FakeKernel.slots(kernel.contents) == FakeKernel.slots(goal.contents), "restart after step \(step)")
    #expect(kernel.contents.maglev4.count == goal.contents.maglev4.count, "restart after step \(step)")
    #expect(kernel.contents.ranges4.count == goal.contents.ranges4.count, "restart after step \(step)")
    // Flows must resolve anew: the first process may have changed routes and not said so.
    #expect((kernel.contents.node[0]?.routeGeneration ?? 0) > generation)
  }
}

final class Violations: Sendable {
  private let sentences = Mutex<[String]>([])
  var all: [String] { sentences.withLock { $0 } }
  func add(_ sentence: String) { sentences.withLock { $0.append(sentence) } }
}
