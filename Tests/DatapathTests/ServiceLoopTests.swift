import DataplaneABI
import KernelRuntime
import Testing

/// `serviceLoopPrevention`: what no service takes must not go round between the node and its router.
@Suite("Packets to services' ranges that no service takes")
struct ServiceLoopTests {
  private func world(_ family: FamilyName, _ flags: RouteFlags) -> World {
    let world = World(family)
    world.service(.service(10), backends: [.pod(2)])
    world.route(.service(0), prefix: 24, flags: flags)
    return world
  }

  @Test("dropped, from pods and from outside, whatever they are", arguments: FamilyName.allCases)
  func dropped(_ family: FamilyName) {
    let world = world(family, .unusedService)
    for transport in [Frame.Transport.syn, .ack, .udp, .icmp(type: family.echoRequest, identifier: 7), .other(47)] {
      #expect(world.fromPod(1, world.frame(from: .pod(1), to: .service(11), transport)).verdict == .drop)
      #expect(world.fromFabric(world.frame(from: .outside(9), to: .service(11), transport)).verdict == .drop)
    }
    #expect(world.drops(.serviceLoop, interface: 11) == 5)
    #expect(world.drops(.serviceLoop, interface: World.fabric) == 5)
    #expect(world.flowCount == 0)
  }

  @Test("refused, each to where it came from", arguments: FamilyName.allCases)
  func refused(_ family: FamilyName) {
    let world = world(family, [.unusedService, .refusesUnused])
    let toPod = world.fromPod(1, world.frame(from: .pod(1), to: .service(11), .syn))
    #expect(toPod.redirect == .peer(of: 11))
    let outside = world.fromFabric(world.frame(from: .outside(9), to: .service(11), .udp))
    #expect(outside.redirect == .out(of: World.fabric))
    for outcome in [toPod, outside] {
      #expect(outcome.frame.checksumsHold)
      #expect(outcome.frame.source == Place.service(11).octets(family))
    }
    #expect(world.fromPod(1, world.frame(from: .pod(1), to: .service(11), .other(47))).verdict == .drop)
    #expect(world.drops(.serviceRefused, interface: 11) == 2)
  }

  @Test("nobody is told in whose name somebody else sent", arguments: FamilyName.allCases)
  func spoofed(_ family: FamilyName) {
    let world = world(family, [.unusedService, .refusesUnused])
    #expect(world.fromFabric(world.frame(from: .pod(1), to: .service(11), .syn)).verdict == .drop)
    #expect(world.drops(.sourceNotAllowed, interface: World.fabric) == 1)
    world.state.flags = .wantsWayBack
    #expect(world.fromFabric(world.frame(from: .outside(9), to: .service(11), .syn)).verdict == .drop)
    #expect(world.drops(.noWayBack, interface: World.fabric) == 1)
    #expect(world.drops(.serviceRefused, interface: World.fabric) == 0)
  }

  @Test("a service in the range is served", arguments: FamilyName.allCases)
  func served(_ family: FamilyName) {
    let world = world(family, .unusedService)
    #expect(world.fromPod(1, world.frame(from: .pod(1), to: .service(10), .syn)).redirect == .peer(of: 12))
    // Another port of its address is nobody's.
    #expect(world.fromPod(1, world.frame(from: .pod(1), 40_000, to: .service(10), 81, .syn)).verdict == .drop)
  }
}
