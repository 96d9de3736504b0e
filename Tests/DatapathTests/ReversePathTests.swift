import DataplaneABI
import KernelRuntime
import Testing

@Suite("Reverse path")
struct ReversePathTests {
  @Test("a pod may send from its own address only", arguments: FamilyName.allCases)
  func ownAddress(_ family: FamilyName) {
    let world = World(family)
    for source in [Place.pod(2), .pod(9, node: 2), .node(1), .outside(1), .service(10)] {
      let outcome = world.fromPod(1, world.frame(from: source, to: .pod(3)))
      #expect(outcome.verdict == .drop)
    }
    #expect(world.drops(.sourceNotAllowed, interface: 11) == 5)
    #expect(world.flowCount == 0)
  }

  @Test("nor may it join a flow of another pod", arguments: FamilyName.allCases)
  func stolenFlow(_ family: FamilyName) {
    let world = World(family)
    world.fromPod(1, world.frame(from: .pod(1), to: .pod(2)))
    let theirs = world.frame(from: .pod(1), to: .pod(2), .ack)
    #expect(world.fromPod(3, theirs).verdict == .drop)
    #expect(world.fromPod(3, world.frame(from: .pod(2), 80, to: .pod(1), 40_000, .synAck)).verdict == .drop)
    #expect(world.fromFabric(theirs).verdict == .drop)
    #expect(world.drops(.sourceNotAllowed, interface: 13) == 2)
    #expect(world.drops(.sourceNotAllowed, interface: World.fabric) == 1)
    #expect(world.entry(theirs)?.there.packets == 1)
    #expect(world.fromPod(1, theirs).redirect == .peer(of: 12))
  }

  @Test("the fabric may not send from an address of this node", arguments: FamilyName.allCases)
  func fabric(_ family: FamilyName) {
    let world = World(family)
    for source in [Place.pod(1), .node(1)] {
      #expect(world.fromFabric(world.frame(from: source, to: .pod(2))).verdict == .drop)
    }
    #expect(world.drops(.sourceNotAllowed, interface: World.fabric) == 2)
  }

  @Test("a flow follows its pod to another interface once the route does", arguments: FamilyName.allCases)
  func moved(_ family: FamilyName) {
    let world = World(family)
    world.fromPod(1, world.frame(from: .pod(1), to: .pod(2)))
    world.addPod(1, interface: 21)
    world.setGeneration(8)
    let ack = world.frame(from: .pod(1), to: .pod(2), .ack)
    #expect(world.fromPod(1, ack).verdict == .drop)
    #expect(world.send(ack, .workloadIngress, interface: 21).redirect == .peer(of: 12))
    #expect(world.entry(ack)?.there.arrivalInterface == 21)
  }

  @Test("ICMP errors need an honest source as well", arguments: FamilyName.allCases)
  func icmpErrors(_ family: FamilyName) {
    let world = World(family)
    let error = Frame.Transport.icmp(type: family.unreachable, identifier: 0)
    #expect(world.fromPod(1, world.frame(from: .pod(1), to: .pod(2), error)).verdict == .next)
    #expect(world.fromPod(1, world.frame(from: .pod(2), to: .pod(3), error)).verdict == .drop)
    #expect(world.events(.toStack, interface: 11) == 1)
    #expect(world.flowCount == 0)
  }
}
