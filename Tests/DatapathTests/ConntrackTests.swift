import DataplaneABI
import KernelRuntime
import Testing

@Suite("Conntrack states")
struct ConntrackTests {
  private let second: UInt64 = 1_000_000_000

  @Test("flags of both directions are remembered, each in its leg", arguments: FamilyName.allCases)
  func flags(_ family: FamilyName) {
    let world = World(family)
    let syn = world.frame(from: .pod(1), to: .pod(2))
    func answer(_ transport: Frame.Transport) {
      world.fromPod(2, world.frame(from: .pod(2), 80, to: .pod(1), 40_000, transport))
    }
    world.fromPod(1, syn)
    answer(.synAck)
    world.fromPod(1, world.frame(from: .pod(1), to: .pod(2), .fin))
    answer(.rst)
    #expect(world.entry(syn)?.there.flags == [.opener, .approved, .synSeen, .ackSeen, .finSeen])
    #expect(world.entry(syn)?.back.flags == [.approved, .synSeen, .ackSeen, .rstSeen])
    #expect(world.entry(syn)?.there.packets == 2)
    #expect(world.entry(syn)?.back.packets == 2)
  }

  @Test("every packet renews the time of its entry", arguments: FamilyName.allCases)
  func lastSeen(_ family: FamilyName) {
    let world = World(family)
    let syn = world.frame(from: .pod(1), to: .pod(2))
    world.fromPod(1, syn)
    world.kernel.now += 5 * second
    world.fromPod(1, world.frame(from: .pod(1), to: .pod(2), .ack))
    #expect(world.entry(syn)?.lastSeen == world.kernel.now)
  }

  @Test(
    "a repeated SYN belongs to its flow; one after both FINs, a RST or long silence opens another",
    arguments: FamilyName.allCases)
  func synAgain(_ family: FamilyName) {
    let endings: [(String, again: Bool, (World) -> Void)] = [
      ("nothing", false, { _ in }),
      ("one FIN", false, { $0.fromPod(1, $0.frame(from: .pod(1), to: .pod(2), .fin)) }),
      (
        "both FINs", true,
        {
          $0.fromPod(1, $0.frame(from: .pod(1), to: .pod(2), .fin))
          $0.fromPod(2, $0.frame(from: .pod(2), 80, to: .pod(1), 40_000, .fin))
        }
      ),
      ("a RST", true, { $0.fromPod(2, $0.frame(from: .pod(2), 80, to: .pod(1), 40_000, .rst)) }),
      ("21 s of silence", true, { $0.kernel.now += 21 * second }),
      ("19 s of silence", false, { $0.kernel.now += 19 * second }),
    ]
    for (name, again, ending) in endings {
      let world = World(family)
      let syn = world.frame(from: .pod(1), to: .pod(2))
      world.fromPod(1, syn)
      ending(world)
      let before = world.entry(syn)?.there.packets ?? 0
      world.fromPod(1, syn)
      #expect(world.entry(syn)?.there.packets == (again ? 1 : before + 1), "\(name)")
      #expect(world.events(.newFlow, interface: 11) == (again ? 2 : 1), "\(name)")
    }
  }

  @Test(
    "the node's settings say when a SYN opens anew, and when a UDP client is forgotten", arguments: FamilyName.allCases)
  func settings(_ family: FamilyName) {
    let world = World(family)
    var timeouts = ConntrackTimeouts.standard
    (timeouts.tcpSynSent, timeouts.udp) = (2 * second, 3 * second)
    world.setTimeouts(timeouts)
    world.service(proto: IPProtocolNumber.udp, backends: [.pod(2)])
    for (frame, limit) in [
      (world.frame(from: .pod(1), to: .pod(2), .syn), 2 * second),
      (world.frame(from: .pod(1), to: .service(10), .udp), 3 * second),
    ] {
      world.fromPod(1, frame)
      world.kernel.now += limit
      world.fromPod(1, frame)
      #expect(world.entry(frame)?.there.packets == 2)
      world.kernel.now += limit + 1
      world.fromPod(1, frame)
      #expect(world.entry(frame)?.there.packets == 1)
    }
  }

  @Test("a SYN from where its source does not live ends nobody's flow", arguments: FamilyName.allCases)
  func foreignSyn(_ family: FamilyName) {
    let world = World(family)
    world.service(backends: [.pod(2)])
    let syn = world.frame(from: .pod(1), to: .service(10))
    world.fromPod(1, syn)
    world.fromPod(2, world.frame(from: .pod(2), 8080, to: .pod(1), 40_000, .rst))
    world.fromPod(3, syn)
    #expect(world.flowCount == 2)
    #expect(world.drops(.sourceNotAllowed, interface: 13) == 1)
  }

  @Test("a service flow that ended is opened anew by its next SYN, both entries", arguments: FamilyName.allCases)
  func serviceAgain(_ family: FamilyName) {
    let world = World(family)
    world.service(backends: [.pod(2), .pod(3)])
    let syn = world.frame(from: .pod(1), to: .service(10))
    #expect(world.fromPod(1, syn).frame.destination == Place.pod(2).octets(family))
    // The client's FIN is in one entry, the backend's in the other.
    world.fromPod(1, world.frame(from: .pod(1), to: .service(10), .fin))
    world.fromPod(2, world.frame(from: .pod(2), 8080, to: .pod(1), 40_000, .fin))
    #expect(world.fromPod(1, syn).frame.destination == Place.pod(3).octets(family))
    #expect(world.flowCount == 2)
    #expect(world.events(.serviceFlow, interface: 11) == 2)
  }

  @Test(
    "a SYN whose backend is gone chooses anew; packets of the old connection do not move",
    arguments: FamilyName.allCases)
  func backendGone(_ family: FamilyName) {
    let world = World(family)
    world.service(backends: [.pod(2)])
    let syn = world.frame(from: .pod(1), to: .service(10))
    world.fromPod(1, syn)
    world.service(backends: [.pod(3)])
    let ack = world.frame(from: .pod(1), to: .service(10), .ack)
    #expect(world.fromPod(1, ack).frame.destination == Place.pod(2).octets(family))
    #expect(world.fromPod(1, syn).frame.destination == Place.pod(3).octets(family))
    #expect(world.fromPod(1, ack).frame.destination == Place.pod(3).octets(family))
  }

  @Test("a UDP client that was silent for a minute may get another backend", arguments: FamilyName.allCases)
  func udpAgain(_ family: FamilyName) {
    let world = World(family)
    world.service(proto: IPProtocolNumber.udp, backends: [.pod(2), .pod(3)])
    let frame = world.frame(from: .pod(1), to: .service(10), .udp)
    #expect(world.fromPod(1, frame).frame.destination == Place.pod(2).octets(family))
    world.kernel.now += 59 * second
    #expect(world.fromPod(1, frame).frame.destination == Place.pod(2).octets(family))
    world.kernel.now += 61 * second
    #expect(world.fromPod(1, frame).frame.destination == Place.pod(3).octets(family))
    #expect(world.flowCount == 2)
  }

  @Test("two live flows never share {client, backend}: the second gets another port", arguments: FamilyName.allCases)
  func collision(_ family: FamilyName) {
    let world = World(family)
    world.service(backends: [.pod(2)])
    world.service(.service(11), id: 6, backends: [.pod(2)])
    world.fromPod(1, world.frame(from: .pod(1), to: .pod(2), 8080, .syn))
    let first = world.fromPod(1, world.frame(from: .pod(1), to: .service(10)))
    let second = world.fromPod(1, world.frame(from: .pod(1), to: .service(11)))
    for outcome in [first, second] {
      #expect(outcome.redirect == .peer(of: 12))
      #expect(outcome.frame.source == Place.pod(1).octets(family))
      #expect((20_000..<30_000).contains(outcome.frame.sourcePort))
      #expect(outcome.frame.checksumsHold)
    }
    #expect(first.frame.sourcePort != second.frame.sourcePort)
    #expect(world.events(.portCollision, interface: 11) == 2)
    // Each answer finds its client's port and its service.
    for (outcome, service) in [(first, Place.service(10)), (second, .service(11))] {
      let back = world.fromPod(2, world.frame(from: .pod(2), 8080, to: .pod(1), outcome.frame.sourcePort, .synAck))
      #expect(back.frame.source == service.octets(family))
      #expect(back.frame.destinationPort == 40_000)
      #expect(back.frame.checksumsHold)
    }
  }

  @Test("a map that takes no entry is a drop with that name", arguments: FamilyName.allCases)
  func full(_ family: FamilyName) {
    let world = World(family)
    world.map(family == .v4 ? MapName.conntrack4 : MapName.conntrack6).refusesNewElements = true
    world.service(backends: [.pod(2)])
    #expect(world.fromPod(1, world.frame(from: .pod(1), to: .pod(2))).verdict == .drop)
    #expect(world.fromPod(1, world.frame(from: .pod(1), to: .service(10))).verdict == .drop)
    #expect(world.drops(.conntrackFull, interface: 11) == 2)
  }
}
