import DataplaneABI
import KernelRuntime
import Testing

@Suite("Whether a route leads back to who sends from outside")
struct WayBackTests {
  private func world(_ family: FamilyName, _ flags: NodeFlags, wayOut: UInt32?) -> World {
    let world = World(family)
    world.state.flags = flags
    world.kernel.wayOut = { _ in wayOut }
    return world
  }

  private func opens(_ world: World) -> Bool {
    world.fromFabric(world.frame(from: .outside(9), to: .pod(1), .syn)).redirect == .peer(of: 11)
  }

  @Test("by mode and by what the host would do", arguments: FamilyName.allCases)
  func modes(_ family: FamilyName) {
    let cases: [(NodeFlags, UInt32?, Bool)] = [
      ([], nil, true), ([], 77, true), (.wantsWayBack, nil, false), (.wantsWayBack, 77, true),
      (.wantsWayBack, World.fabric, true), (.wantsSameWayBack, nil, false), (.wantsSameWayBack, 77, false),
      (.wantsSameWayBack, World.fabric, true),
    ]
    for (flags, wayOut, passes) in cases {
      let world = world(family, flags, wayOut: wayOut)
      #expect(opens(world) == passes, "\(flags), \(String(describing: wayOut))")
      #expect(world.drops(.noWayBack, interface: World.fabric) == (passes ? 0 : 1))
      #expect(world.flowCount == (passes ? 1 : 0))
    }
  }

  @Test("a route that encapsulates is a way back, but nobody knows by which interface", arguments: FamilyName.allCases)
  func encapsulated(_ family: FamilyName) {
    for (flags, passes) in [(NodeFlags.wantsWayBack, true), (.wantsSameWayBack, false)] {
      let world = world(family, flags, wayOut: World.fabric)
      world.kernel.encapsulates = true
      #expect(opens(world) == passes)
      #expect(world.drops(.noWayBack, interface: World.fabric) == (passes ? 0 : 1))
    }
  }

  @Test("it asks for the way from the receiver to the sender", arguments: FamilyName.allCases)
  func question(_ family: FamilyName) throws {
    let world = World(family)
    world.state.flags = .wantsWayBack
    nonisolated(unsafe) var asked: [RouteQuestion] = []
    world.kernel.wayOut = {
      asked.append($0)
      return 1
    }
    #expect(opens(world))
    let question = try #require(asked.first)
    #expect(question.family == (family == .v4 ? 2 : 10))
    #expect(question.interfaceIndex == World.fabric)
    #expect(question.length == 0)
    let size = family == .v4 ? 4 : 16
    #expect(withUnsafeBytes(of: question.source) { Array($0.prefix(size)) } == Place.pod(1).octets(family))
    #expect(withUnsafeBytes(of: question.destination) { Array($0.prefix(size)) } == Place.outside(9).octets(family))
  }

  @Test(
    "an established flow that comes in by another interface is asked for, and by the same one never again",
    arguments: FamilyName.allCases)
  func otherInterface(_ family: FamilyName) {
    let world = world(family, .wantsSameWayBack, wayOut: World.fabric)
    #expect(opens(world))
    world.kernel.wayOut = { _ in nil }
    let more = world.frame(from: .outside(9), to: .pod(1), .ack)
    #expect(world.fromFabric(more).redirect == .peer(of: 11))
    world.setGeneration(8)
    #expect(world.fromFabric(more).redirect == .peer(of: 11))
    #expect(world.send(more, .hostIngress, interface: 3).verdict == .drop)
    #expect(world.drops(.noWayBack, interface: 3) == 1)
  }

  @Test("pods are checked by their routes, whatever the setting", arguments: FamilyName.allCases)
  func pods(_ family: FamilyName) {
    let world = world(family, .wantsSameWayBack, wayOut: nil)
    #expect(world.fromPod(1, world.frame(from: .pod(1), to: .pod(2), .syn)).redirect == .peer(of: 12))
  }

  @Test("the host's packets to services are left alone if that is wanted", arguments: FamilyName.allCases)
  func hostServices(_ family: FamilyName) {
    let world = World(family)
    world.service(backends: [.pod(2)])
    let syn = world.frame(from: .node(1), to: .service(10), .syn)
    let first = world.fromHost(syn)
    #expect(first.redirect != nil)
    world.state.flags = .leavesHostServices
    // What is open goes on.
    #expect(world.fromHost(syn).redirect != nil)
    let other = world.fromHost(world.frame(from: .node(1), 40_001, to: .service(10), 80, .syn))
    #expect(other.verdict == .next)
    #expect(other.frame.destination == Place.service(10).octets(family))
    #expect(world.drops(.noBackend, interface: World.fabric, egress: true) == 0)
  }
}
