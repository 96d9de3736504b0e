import DataplaneABI
import KernelRuntime
import Testing

@Suite("Flows whose backend is gone")
struct BackendGoneTests {
  private let udp = IPProtocolNumber.udp

  @Test("UDP moves with the next sweep, however young it is", arguments: FamilyName.allCases)
  func udpMoves(_ family: FamilyName) {
    let world = World(family)
    world.service(proto: udp, backends: [.pod(2)])
    let frame = world.frame(from: .pod(1), to: .service(10), .udp)
    world.fromPod(1, frame)
    world.service(proto: udp, backends: [.pod(3)])
    #expect(world.fromPod(1, frame).frame.destination == Place.pod(2).octets(family))
    #expect(world.sweep().ends == [.backendGone: 2])
    #expect(world.fromPod(1, frame).frame.destination == Place.pod(3).octets(family))
    #expect(world.sweep().ends.isEmpty)
  }

  @Test(
    "UDP stays with a backend that drains but serves, and leaves one that is not ready", arguments: FamilyName.allCases)
  func udpDrains(_ family: FamilyName) {
    for (flags, stays) in [(MemberFlags.serving, true), ([], false)] {
      let world = World(family)
      world.service(proto: udp, backends: [.pod(2)])
      world.fromPod(1, world.frame(from: .pod(1), to: .service(10), .udp))
      world.service(proto: udp, backends: [.pod(3)], others: [.pod(2): flags])
      #expect(world.sweep().ends == (stays ? [:] : [.backendGone: 2]))
    }
  }

  @Test("UDP leaves a service that is gone", arguments: FamilyName.allCases)
  func udpWithoutService(_ family: FamilyName) {
    let world = World(family)
    world.service(proto: udp, backends: [.pod(2)])
    world.fromPod(1, world.frame(from: .pod(1), to: .service(10), .udp))
    world.removeService(proto: udp)
    #expect(world.sweep().ends == [.backendGone: 2])
  }

  @Test("UDP that began before its service goes to the service after the next sweep", arguments: FamilyName.allCases)
  func serviceSince(_ family: FamilyName) {
    let world = World(family)
    world.route(.service(10), flags: [.workload], interface: World.fabric, nextHop: .node(2))
    let frame = world.frame(from: .pod(1), to: .service(10), .udp)
    #expect(world.fromPod(1, frame).frame.destination == Place.service(10).octets(family))
    #expect(world.sweep().ends.isEmpty)
    world.service(proto: udp, backends: [.pod(2)])
    #expect(world.sweep().ends == [.serviceSince: 1])
    #expect(world.fromPod(1, frame).frame.destination == Place.pod(2).octets(family))
  }

  @Test("a backend that gets another number is still the same backend", arguments: FamilyName.allCases)
  func renumbered(_ family: FamilyName) {
    let world = World(family)
    world.service(backends: [.pod(3)])
    let syn = world.frame(from: .pod(1), to: .service(10), .syn)
    world.fromPod(1, syn)
    world.service(backends: [.pod(2), .pod(3)])
    #expect(world.fromPod(1, syn).frame.destination == Place.pod(3).octets(family))
    #expect(world.sweep() == Sweep(seen: 2))
  }

  @Test(
    "TCP stays with a backend that is known, ready or not, and with one whose whole service is gone",
    arguments: FamilyName.allCases)
  func tcpStays(_ family: FamilyName) {
    let changes: [(String, (World) -> Void)] = [
      ("not ready", { $0.service(backends: [.pod(3)], others: [.pod(2): []]) }),
      ("no service", { $0.removeService() }),
      (
        "another service's address",
        {
          $0.removeService()
          $0.service(id: 6, backends: [.pod(3)])
        }
      ),
    ]
    for (name, change) in changes {
      let world = World(family)
      world.service(backends: [.pod(2)])
      world.openServiceFlow()
      change(world)
      #expect(world.sweep() == Sweep(seen: 2), "\(name)")
      let ack = world.fromPod(1, world.frame(from: .pod(1), to: .service(10), .ack))
      #expect(ack.frame.destination == Place.pod(2).octets(family), "\(name)")
    }
  }

  @Test("what was missed when services changed is found within eight sweeps", arguments: FamilyName.allCases)
  func missed(_ family: FamilyName) {
    let world = World(family)
    world.service(proto: udp, backends: [.pod(2)])
    world.fromPod(1, world.frame(from: .pod(1), to: .service(10), .udp))
    world.service(proto: udp, backends: [.pod(3)])
    let ends = (0..<8).map { _ in world.sweep(servicesChanged: false).ends }
    #expect(ends.filter { $0 == [.backendGone: 2] }.count == 1)
    #expect(ends.filter(\.isEmpty).count == 7)
  }

  @Test("TCP to a backend that is gone is answered, and its next SYN opens anew", arguments: FamilyName.allCases)
  func tcpIsTold(_ family: FamilyName) {
    let world = World(family)
    world.service(backends: [.pod(2)])
    world.openServiceFlow()
    world.service(backends: [.pod(3)])
    #expect(world.sweep() == Sweep(seen: 2, told: 1))
    var ack = world.frame(from: .pod(1), to: .service(10), .ack)
    (ack.sequence, ack.acknowledgement) = (77, 0x0102_0304)
    let answer = world.fromPod(1, ack)
    #expect(world.drops(.backendGone, interface: 11) == 1)
    #expect(answer.redirect == .peer(of: 11))
    var reset = world.frame(from: .service(10), 80, to: .pod(1), 40_000, .tcp(flags: TCPFlags.rst))
    (reset.sequence, reset.acknowledgement, reset.payload) = (0x0102_0304, 0, [])
    #expect(answer.frame.checksumsHold)
    #expect(answer.bytes.suffix(20).prefix(14) == reset.bytes.suffix(20).prefix(14))
    #expect(answer.frame.source == Place.service(10).octets(family))
    #expect(answer.frame.destination == Place.pod(1).octets(family))
    #expect(answer.frame.ethernetDestination == [2, 0, 0, 0, 0, 1])
    #expect(answer.bytes.count == 14 + family.headerLength + 20)
    let syn = world.fromPod(1, world.frame(from: .pod(1), to: .service(10), .syn))
    #expect(syn.frame.destination == Place.pod(3).octets(family))
    #expect(world.fromPod(1, ack).frame.destination == Place.pod(3).octets(family))
  }

  @Test("a RST to a backend that is gone is not answered with another", arguments: FamilyName.allCases)
  func noAnswerToReset(_ family: FamilyName) {
    let world = World(family)
    world.service(backends: [.pod(2)])
    world.openServiceFlow()
    world.service(backends: [.pod(3)])
    _ = world.sweep()
    var reset = world.frame(from: .pod(1), to: .service(10), .tcp(flags: TCPFlags.rst))
    reset.sequence = 2
    #expect(world.fromPod(1, reset).frame.destination == Place.pod(2).octets(family))
    #expect(world.fromPod(1, world.frame(from: .pod(1), to: .service(10), .tcp(flags: 0))).verdict == .drop)
  }

  @Test("TCP goes on when its backend is back before it said anything", arguments: FamilyName.allCases)
  func tcpComesBack(_ family: FamilyName) {
    let world = World(family)
    world.service(backends: [.pod(2)])
    world.openServiceFlow()
    world.service(backends: [.pod(3)])
    #expect(world.sweep().told == 1)
    world.service(backends: [.pod(2), .pod(3)])
    #expect(world.sweep().told == 0)
    let ack = world.fromPod(1, world.frame(from: .pod(1), to: .service(10), .ack))
    #expect(ack.frame.destination == Place.pod(2).octets(family))
  }
}
