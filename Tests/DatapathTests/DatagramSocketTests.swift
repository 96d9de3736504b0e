import DataplaneABI
import KernelRuntime
import Testing

@Suite("Datagrams to services, balanced when sockets send")
struct DatagramSocketTests {
  private static let backends: [Place] = [.pod(1), .pod(2), .pod(9, node: 2)]

  private func world(_ kind: SocketKind, backends: [Place] = backends, affinitySeconds: UInt32 = 0) -> World {
    let world = World(kind.family)
    world.service(proto: IPProtocolNumber.udp, backends: backends, affinitySeconds: affinitySeconds)
    return world
  }

  private func socket(_ kind: SocketKind, _ world: World, cookie: UInt64 = 1, namespace: UInt64 = 1) -> TestSocket {
    TestSocket(kind, in: world, proto: UInt32(IPProtocolNumber.udp), cookie: cookie, namespace: namespace)
  }

  @Test(
    "a datagram to a frontend goes to a backend, whose answer is shown as the frontend's",
    arguments: SocketKind.allCases)
  func sends(_ kind: SocketKind) {
    let world = world(kind, backends: [.pod(2)])
    let socket = socket(kind, world)
    #expect(socket.send(to: .service(10)) == .goesOn(to: .pod(2), 8080, kind))
    #expect(socket.receive(from: .pod(2), 8080) == .goesOn(to: .service(10), 80, kind))
    #expect(socket.receive(from: .pod(3), 8080) == .goesOn(to: .pod(3), 8080, kind))
    #expect(socket.receive(from: .pod(2), 8081) == .goesOn(to: .pod(2), 8081, kind))
    #expect(world.socketEvents(.serviceFlow) == 1)
  }

  @Test("a socket keeps to its backend, and only its first datagram counts", arguments: SocketKind.allCases)
  func keeps(_ kind: SocketKind) {
    let world = world(kind)
    let first = socket(kind, world)
    let reached = Set((0..<10).map { _ in first.send(to: .service(10)).address })
    #expect(reached.count == 1)
    #expect(world.socketEvents(.serviceFlow) == 1)
    // No memory is asked for, and no entry is written.
    #expect(!world.kernel.calls.contains { if case .update = $0 { true } else { false } })
    let second = socket(kind, world, cookie: 2)
    #expect(second.send(to: .service(10)).address != reached.first)
  }

  @Test(
    "a backend that goes is left with the next datagram, whose answer is understood too", arguments: SocketKind.allCases
  )
  func backendGoes(_ kind: SocketKind) {
    let world = world(kind, backends: [.pod(1)])
    let socket = socket(kind, world)
    #expect(socket.send(to: .service(10)) == .goesOn(to: .pod(1), 8080, kind))
    world.service(proto: IPProtocolNumber.udp, backends: [.pod(2)])
    #expect(socket.send(to: .service(10)) == .goesOn(to: .pod(2), 8080, kind))
    #expect(socket.receive(from: .pod(2), 8080) == .goesOn(to: .service(10), 80, kind))
    #expect(world.socketEvents(.serviceFlow) == 2)
    // The last answer of the old one may still come.
    #expect(socket.receive(from: .pod(1), 8080) == .goesOn(to: .service(10), 80, kind))
  }

  @Test("a socket follows its backend when others come and go", arguments: SocketKind.allCases)
  func backendMoves(_ kind: SocketKind) {
    let world = world(kind, backends: [.pod(1)])
    let socket = socket(kind, world)
    for backends: [Place] in [[.pod(1)], [.pod(2), .pod(3), .pod(1)], [.pod(2), .pod(1)]] {
      world.service(proto: IPProtocolNumber.udp, backends: backends)
      #expect(socket.send(to: .service(10)) == .goesOn(to: .pod(1), 8080, kind))
    }
    #expect(world.socketEvents(.serviceFlow) == 1)
  }

  @Test("one that is left without a backend fails, and goes on with the next one", arguments: SocketKind.allCases)
  func allGo(_ kind: SocketKind) {
    let world = world(kind, backends: [.pod(1)])
    let socket = socket(kind, world)
    socket.send(to: .service(10))
    world.service(proto: IPProtocolNumber.udp, backends: [])
    let outcome = socket.send(to: .service(10))
    #expect(outcome.verdict == .refuse)
    #expect(outcome.failure == .connectionRefused)
    #expect(world.socketDrops(.noBackend) == 1)
    world.service(proto: IPProtocolNumber.udp, backends: [.pod(3)])
    #expect(socket.send(to: .service(10)) == .goesOn(to: .pod(3), 8080, kind))
  }

  @Test("one socket talks to two services", arguments: SocketKind.allCases)
  func twoServices(_ kind: SocketKind) {
    let world = world(kind, backends: [.pod(1)])
    world.service(.service(11), port: 53, proto: IPProtocolNumber.udp, id: 6, backends: [.pod(2)], targetPort: 5353)
    let socket = socket(kind, world)
    #expect(socket.send(to: .service(10)) == .goesOn(to: .pod(1), 8080, kind))
    #expect(socket.send(to: .service(11), 53) == .goesOn(to: .pod(2), 5353, kind))
    #expect(socket.receive(from: .pod(1), 8080) == .goesOn(to: .service(10), 80, kind))
    #expect(socket.receive(from: .pod(2), 5353) == .goesOn(to: .service(11), 53, kind))
    // And to a pod directly, which is no service.
    #expect(socket.send(to: .pod(3), 53) == .goesOn(to: .pod(3), 53, kind))
  }

  @Test("answers are understood again after the table gave the socket's entry up", arguments: SocketKind.allCases)
  func forgotten(_ kind: SocketKind) {
    let world = world(kind, backends: [.pod(1)])
    let socket = socket(kind, world)
    socket.send(to: .service(10))
    world.dialledMap.removeAll()
    socket.send(to: .service(10))
    #expect(socket.receive(from: .pod(1), 8080) == .goesOn(to: .service(10), 80, kind))
  }

  @Test("affinity is that of the pod, whichever socket sends", arguments: SocketKind.allCases)
  func affinity(_ kind: SocketKind) {
    let world = world(kind, affinitySeconds: 60)
    let reached = Set(
      (11...20).map { socket(kind, world, cookie: $0, namespace: 7).send(to: .service(10)).address })
    #expect(reached.count == 1)
    // Numbers of sockets and of namespaces are of two kinds: equal ones have nothing to do with each other.
    let other = socket(kind, world, cookie: 7, namespace: 8).send(to: .service(10))
    #expect(!reached.contains(other.address))
  }

  @Test("a connected socket's answers are shown as the frontend's", arguments: SocketKind.allCases)
  func connected(_ kind: SocketKind) {
    let world = world(kind, backends: [.pod(2)])
    let socket = socket(kind, world)
    #expect(socket.connect(to: .service(10)) == .goesOn(to: .pod(2), 8080, kind))
    #expect(socket.receive(from: .pod(2), 8080) == .goesOn(to: .service(10), 80, kind))
    #expect(socket.peerName(connectedTo: .pod(2), 8080) == .goesOn(to: .service(10), 80, kind))
  }

  @Test("without room to remember, the packets are balanced instead", arguments: SocketKind.allCases, [true, false])
  func noMemory(_ kind: SocketKind, choices: Bool) {
    let world = world(kind, backends: [.pod(2)])
    (choices ? world.choicesMap : world.dialledMap).refusesNewElements = true
    #expect(socket(kind, world).send(to: .service(10)) == .goesOn(to: .service(10), 80, kind))
    #expect(world.socketEvents(.serviceFlow) == 0)
  }
}
