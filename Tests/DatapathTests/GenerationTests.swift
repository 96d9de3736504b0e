import DataplaneABI
import KernelRuntime
import Testing

@Suite("Route changes")
struct GenerationTests {
  @Test("a flow keeps its way until the generation is raised, then finds the new one", arguments: FamilyName.allCases)
  func rerouted(_ family: FamilyName) {
    let world = World(family)
    world.fromPod(1, world.frame(from: .pod(1), to: .pod(2)))
    let ack = world.frame(from: .pod(1), to: .pod(2), .ack)
    world.addPod(2, interface: 22)
    #expect(world.fromPod(1, ack).redirect == .peer(of: 12))
    world.setGeneration(8)
    #expect(world.fromPod(1, ack).redirect == .peer(of: 22))
    #expect(world.events(.rerouted, interface: 11) == 1)
    #expect(world.fromPod(1, ack).redirect == .peer(of: 22))
    #expect(world.events(.rerouted, interface: 11) == 1)
  }

  @Test(
    "a destination that loses its route goes to the stack, one that is not ready is dropped",
    arguments: FamilyName.allCases)
  func routeGone(_ family: FamilyName) {
    let world = World(family)
    let ack = world.frame(from: .pod(1), to: .pod(2), .ack)
    world.fromPod(1, world.frame(from: .pod(1), to: .pod(2)))
    world.route(.pod(2), flags: [.workload, .local])
    world.setGeneration(8)
    #expect(world.fromPod(1, ack).verdict == .drop)
    #expect(world.drops(.noRoute, interface: 11) == 1)
    world.removeRoute(.pod(2))
    world.setGeneration(9)
    #expect(world.fromPod(1, ack).verdict == .next)
  }

  @Test("a service flow follows its backend's route, its answers the client's", arguments: FamilyName.allCases)
  func service(_ family: FamilyName) {
    let world = World(family)
    world.service(backends: [.pod(2)])
    world.fromPod(1, world.frame(from: .pod(1), to: .service(10)))
    world.fromPod(2, world.frame(from: .pod(2), 8080, to: .pod(1), 40_000, .synAck))
    // The backend moves to another node.
    world.route(.pod(2), flags: .workload, interface: World.fabric, nextHop: .node(2))
    world.setGeneration(8)
    let there = world.fromPod(1, world.frame(from: .pod(1), to: .service(10), .ack))
    guard case .neighbour(_, over: World.fabric) = there.redirect else {
      Issue.record("not sent to the other node")
      return
    }
    let back = world.fromFabric(world.frame(from: .pod(2), 8080, to: .pod(1), 40_000, .ack))
    #expect(back.redirect == .peer(of: 11))
    #expect(back.frame.source == Place.service(10).octets(family))
  }
}
