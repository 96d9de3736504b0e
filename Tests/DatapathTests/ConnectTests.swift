import DataplaneABI
import KernelRuntime
import Testing

@testable import DatapathPrograms

@Suite("Connections to services, balanced when sockets connect")
struct ConnectTests {
  private static let udp = UInt32(IPProtocolNumber.udp)

  @Test(
    "connect() to a frontend connects to a backend; the socket still says what it dialled",
    arguments: SocketKind.allCases)
  func connects(_ kind: SocketKind) {
    let world = World(kind.family)
    world.service(backends: [.pod(2)])
    let socket = TestSocket(kind, in: world)
    #expect(socket.connect(to: .service(10)) == .goesOn(to: .pod(2), 8080, kind))
    #expect(socket.peerName(connectedTo: .pod(2), 8080) == .goesOn(to: .service(10), 80, kind))
    #expect(world.socketEvents(.serviceFlow) == 1)
    // Another socket that dials the backend itself is told just that.
    let other = TestSocket(kind, in: world, cookie: 2)
    #expect(other.connect(to: .pod(2), 8080) == .goesOn(to: .pod(2), 8080, kind))
    #expect(other.peerName(connectedTo: .pod(2), 8080) == .goesOn(to: .pod(2), 8080, kind))
    #expect(world.socketEvents(.serviceFlow) == 1)
  }

  @Test("what is no frontend is left alone after one look-up", arguments: SocketKind.allCases)
  func others(_ kind: SocketKind) {
    let world = World(kind.family)
    world.service(backends: [.pod(2)])
    let socket = TestSocket(kind, in: world)
    for (place, port) in [(Place.service(10), UInt16(81)), (.service(11), 80), (.outside(1), 80)] {
      #expect(socket.connect(to: place, port) == .goesOn(to: place, port, kind))
      let searches = world.kernel.calls.filter { $0 != .lookup(MapName.node) }
      #expect(searches == [.lookup(kind.family == .v4 ? MapName.frontends4 : MapName.frontends6)])
    }
    // The same address and port of another protocol.
    let datagrams = TestSocket(kind, in: world, proto: Self.udp)
    #expect(datagrams.connect(to: .service(10)) == .goesOn(to: .service(10), 80, kind))
  }

  @Test("connections spread over all backends", arguments: SocketKind.allCases)
  func spreads(_ kind: SocketKind) {
    let world = World(kind.family)
    world.service(backends: [.pod(1), .pod(2), .pod(9, node: 2)])
    var reached: [[UInt8]: Int] = [:]
    for cookie: UInt64 in 1...30 {
      reached[TestSocket(kind, in: world, cookie: cookie).connect(to: .service(10)).address, default: 0] += 1
    }
    #expect(reached.count == 3)
    #expect(reached.values.allSatisfy { $0 == 10 })
    #expect(world.socketEvents(.serviceFlow) == 30)
  }

  @Test("the program for TCP leaves UDP to its packets; MPTCP is TCP", arguments: SocketKind.allCases)
  func tcpOnly(_ kind: SocketKind) {
    let world = World(kind.family)
    world.service(backends: [.pod(2)])
    world.service(proto: IPProtocolNumber.udp, id: 6, backends: [.pod(2)])
    let tcp = TestSocket(kind, in: world)
    #expect(tcp.connect(to: .service(10), tcpOnly: true) == .goesOn(to: .pod(2), 8080, kind))
    // IPPROTO_MPTCP
    let mptcp = TestSocket(kind, in: world, proto: 262, cookie: 2)
    #expect(mptcp.connect(to: .service(10), tcpOnly: true) == .goesOn(to: .pod(2), 8080, kind))
    #expect(mptcp.peerName(connectedTo: .pod(2), 8080) == .goesOn(to: .service(10), 80, kind))
    let udp = TestSocket(kind, in: world, proto: Self.udp, cookie: 3)
    #expect(udp.connect(to: .service(10), tcpOnly: true) == .goesOn(to: .service(10), 80, kind))
    #expect(world.kernel.calls == [])
    #expect(udp.connect(to: .service(10)) == .goesOn(to: .pod(2), 8080, kind))
  }

  @Test("internalTrafficPolicy Local chooses among the backends of this node", arguments: SocketKind.allCases)
  func internalLocal(_ kind: SocketKind) {
    let world = World(kind.family)
    world.service(backends: [.pod(2), .pod(9, node: 2)], localCount: 1, flags: .internalLocal)
    for cookie: UInt64 in 1...10 {
      let outcome = TestSocket(kind, in: world, cookie: cookie).connect(to: .service(10))
      #expect(outcome == .goesOn(to: .pod(2), 8080, kind))
    }
    world.service(backends: [.pod(9, node: 2)], flags: .internalLocal)
    #expect(TestSocket(kind, in: world).connect(to: .service(10)).verdict == .refuse)
  }

  @Test("a frontend without backends refuses the connection, and that is counted", arguments: SocketKind.allCases)
  func noBackend(_ kind: SocketKind) {
    let world = World(kind.family)
    world.service(backends: [])
    let outcome = TestSocket(kind, in: world).connect(to: .service(10))
    #expect(outcome.verdict == .refuse)
    #expect(outcome.failure == .connectionRefused)
    #expect(world.socketDrops(.noBackend) == 1)
    #expect(world.socketEvents(.serviceFlow) == 0)
  }

  @Test("a backend that is not in the map yet is left to the packets", arguments: SocketKind.allCases)
  func backendMissing(_ kind: SocketKind) {
    let world = World(kind.family)
    world.service(backends: [.pod(2)])
    world.removeBackends()
    let outcome = TestSocket(kind, in: world).connect(to: .service(10))
    #expect(outcome == .goesOn(to: .service(10), 80, kind))
    #expect(world.socketDrops(.backendMissing) == 1)
  }

  @Test("without room to remember what was dialled, the packets are balanced instead", arguments: SocketKind.allCases)
  func noMemory(_ kind: SocketKind) {
    let world = World(kind.family)
    world.service(backends: [.pod(2)])
    world.dialledMap.refusesNewElements = true
    #expect(TestSocket(kind, in: world).connect(to: .service(10)) == .goesOn(to: .service(10), 80, kind))
    #expect(world.socketEvents(.serviceFlow) == 0)
  }

  @Test("an IPv6 address that only looks like an IPv4-mapped one is IPv6")
  func notMapped() {
    let world = World(.v4)
    world.service(backends: [.pod(2)])
    let place = IPv4Address(.service(10)).rawValue
    for words in [
      IPv6Address(0, 0, 0, place), IPv6Address(1, 0, UInt32(0xffff).bigEndian, place),
      IPv6Address(0, 1, UInt32(0xffff).bigEndian, place), IPv6Address(0, 0, UInt32(0xfffe).bigEndian, place),
    ] {
      let context = SimulatedSocketAddress(proto: 6, port: BigEndian16(80), cookie: 1, namespaceCookie: 1)
      context.address6 = words
      #expect(world.kernel.run(context) { connect6($0) } == .allow)
      #expect(context.address6 == words)
      #expect(context.port.host == 80)
    }
  }
}
