import DataplaneABI
import KernelRuntime
import Testing

@Suite("The host and the fabric")
struct HostTrafficTests {
  @Test("a packet from the fabric goes straight into its pod", arguments: FamilyName.allCases)
  func fabricToPod(_ family: FamilyName) {
    let world = World(family)
    let syn = world.frame(from: .pod(9, node: 2), to: .pod(1))
    let there = world.fromFabric(syn)
    #expect(there.redirect == .peer(of: 11))
    #expect(there.frame.hopLimit == 63)
    #expect(there.frame.checksumsHold)
    let back = world.fromPod(1, world.frame(from: .pod(1), 80, to: .pod(9, node: 2), 40_000, .synAck))
    guard case .neighbour(_, over: World.fabric) = back.redirect else {
      Issue.record("the answer does not leave to the node")
      return
    }
    #expect(world.flowCount == 1)
    #expect(world.entry(syn)?.back.packets == 1)
  }

  @Test("an external client's answers go back through the stack, which knows the way", arguments: FamilyName.allCases)
  func external(_ family: FamilyName) {
    let world = World(family)
    #expect(world.fromFabric(world.frame(from: .outside(5), to: .pod(1))).redirect == .peer(of: 11))
    let back = world.fromPod(1, world.frame(from: .pod(1), 80, to: .outside(5), 40_000, .synAck))
    #expect(back.verdict == .next)
    #expect(back.mark == 0x0100_0000)
  }

  @Test("what the fabric sends to anything but a pod of this node is the host's", arguments: FamilyName.allCases)
  func notForPods(_ family: FamilyName) {
    let world = World(family)
    #expect(world.fromFabric(world.frame(from: .node(2), to: .node(1))).verdict == .next)
    #expect(world.fromFabric(world.frame(from: .node(2), to: .outside(5))).verdict == .next)
    #expect(world.fromFabric(world.frame(from: .node(2), to: .pod(9, node: 2))).verdict == .next)
    #expect(world.events(.toHost, interface: World.fabric) == 1)
    #expect(world.events(.toStack, interface: World.fabric) == 2)
    #expect(world.flowCount == 0)
  }

  @Test("the host reaches a pod, and the pod's answers match", arguments: FamilyName.allCases)
  func hostToPod(_ family: FamilyName) {
    let world = World(family)
    let syn = world.frame(from: .node(1), to: .pod(1))
    let there = world.toPod(1, syn)
    #expect(there.verdict == .next)
    #expect(there.frame.hopLimit == 64)
    #expect(world.entry(syn)?.back.arrivalInterface == 11)
    let back = world.fromPod(1, world.frame(from: .pod(1), 80, to: .node(1), 40_000, .synAck))
    #expect(back.verdict == .next)
    #expect(world.flowCount == 1)
    #expect(world.entry(syn)?.back.packets == 1)
    #expect(world.drops(.sourceNotAllowed, interface: 11) == 0)
  }

  @Test("a packet that one of our programs left to the stack is not looked at again", arguments: FamilyName.allCases)
  func seen(_ family: FamilyName) {
    let world = World(family)
    let outcome = world.toPod(2, world.frame(from: .pod(1), to: .pod(2)), mark: 0x0100_0000)
    #expect(outcome.verdict == .next)
    #expect(outcome.calls.isEmpty)
    #expect(world.flowCount == 0)
  }

  @Test("multicast is the host's, once its source is honest", arguments: FamilyName.allCases)
  func multicast(_ family: FamilyName) {
    let world = World(family)
    #expect(world.fromPod(1, world.frame(from: .pod(1), to: .group, .udp)).verdict == .next)
    #expect(world.fromPod(1, world.frame(from: .pod(2), to: .group, .udp)).verdict == .drop)
    #expect(world.toPod(1, world.frame(from: .node(1), to: .group, .udp)).verdict == .next)
    #expect(world.flowCount == 0)
  }

  @Test("the declared maps bear the names that the agent opens")
  func names() {
    let world = World(.v4)
    let names = [
      MapName.conntrack4, MapName.conntrack6, MapName.routes4, MapName.routes6, MapName.frontends4, MapName.frontends6,
      MapName.backends4, MapName.backends6, MapName.counters, MapName.node, MapName.scratch,
    ]
    for name in names { #expect(world.map(name).definition.name == name) }
  }
}
