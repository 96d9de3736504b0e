import DataplaneABI
import KernelRuntime
import Testing

@testable import DatapathPrograms

/// A client comes by the node's second interface; the routing tables are what each test says.
@Suite("A node with several interfaces")
struct SeveralInterfacesTests {
  private static let second: UInt32 = 3
  private static let port: UInt16 = 30_080
  private static let mark: UInt32 = 0x40

  /// A node that is asked at the address of its second interface.
  struct Scene {
    let world: World
    let transport: Frame.Transport

    init(_ family: FamilyName, isTCP: Bool, backend: Place, _ flags: NodeFlags = []) {
      world = World(family)
      transport = isTCP ? .syn : .udp
      world.state.flags = flags
      world.state.nodePorts = PortRange(first: 30_000, count: 1000)
      world.route(.node(9), flags: [.host, .local])
      world.service(
        nil, port: port, proto: isTCP ? IPProtocolNumber.tcp : IPProtocolNumber.udp, backends: [backend],
        localCount: backend.network == 2 ? 0 : 1)
    }

    /// By what the tables answer: for any packet, for the main table alone, and for packets that leave by an interface.
    func tables(any: UInt32?, main: UInt32?, leaving: @escaping @Sendable (UInt32) -> UInt32?) {
      world.kernel.wayOut = { _ in any }
      world.kernel.wayOutAs = { question, flags in
        switch flags {
        case .mainTable: main
        case .mainTable | .leaving: leaving(question.interfaceIndex)
        default: any
        }
      }
    }

    func ask(at interface: UInt32 = second, _ transport: Frame.Transport? = nil) -> World.Outcome {
      world.send(
        Frame(
          family: world.family, source: .outside(1), sourcePort: 40_000, destination: .node(9), destinationPort: port,
          transport: transport ?? self.transport), .hostIngress, interface: interface)
    }

    /// What a backend answers; `size` is that of what it says.
    func answer(from backend: Place, size: Int = 12) -> Frame {
      var frame = Frame(
        family: world.family, source: backend, sourcePort: 8080, destination: .outside(1), destinationPort: 40_000,
        transport: transport.isUDP ? .udp : .synAck)
      frame.payload = [UInt8](repeating: 7, count: size)
      return frame
    }

    /// Whether a packet leaves by an interface, straight to the client, in the name of the address that it asked.
    func leaves(_ outcome: World.Outcome, by interface: UInt32) -> Bool {
      guard case .neighbour(_, interface) = outcome.redirect else { return false }
      return Place(outcome.frame.source) == .node(9) && outcome.frame.sourcePort == port
        && Place(outcome.frame.destination) == .outside(1) && outcome.frame.checksumsHold
    }
  }

  /// What the tables say (`any`, `main`, `leaving` by the second interface), and by which interface answers leave then.
  private static let cases: [(any: UInt32?, main: UInt32?, leaving: UInt32?, way: UInt32?)] = [
    // No rule, and a way by either: by the one that the client came by.
    (World.fabric, World.fabric, second, second),
    // No way there: by the other. So it is if the kernel prefers an interface only and has none there (IPv6).
    (World.fabric, World.fabric, nil, World.fabric), (World.fabric, World.fabric, World.fabric, World.fabric),
    // A rule says by which, though the main table has a way by the other.
    (World.fabric, nil, second, World.fabric), (World.fabric, second, second, World.fabric),
    (second, World.fabric, nil, second), (second, second, second, second),
    // A VRF, whose table is no other interface's.
    (nil, nil, second, second), (nil, nil, nil, nil),
  ]

  @Test("a pod's answers leave by rules, else by where the client came", arguments: FamilyName.allCases, [true, false])
  func pod(_ family: FamilyName, _ isTCP: Bool) {
    for (any, main, leaving, way) in Self.cases {
      let scene = Scene(family, isTCP: isTCP, backend: .pod(2))
      scene.tables(any: any, main: main) { $0 == Self.second ? leaving : nil }
      #expect(scene.ask().redirect == .peer(of: 12))
      let first = scene.world.fromPod(2, scene.answer(from: .pod(2)))
      if let way { #expect(scene.leaves(first, by: way)) } else { #expect(first.verdict == .next) }
      let next = scene.world.fromPod(2, scene.answer(from: .pod(2)))
      #expect(next.redirect == first.redirect)
      #expect(!next.calls.contains(.fib))
    }
  }

  @Test(
    "answers of another node come through the tunnel, and leave as if from here", arguments: FamilyName.allCases,
    [true, false])
  func relayed(_ family: FamilyName, _ isTCP: Bool) {
    for (any, main, leaving, way) in Self.cases {
      let scene = Scene(family, isTCP: isTCP, backend: .pod(3, node: 2))
      scene.tables(any: any, main: main) { $0 == Self.second ? leaving : nil }
      #expect(scene.ask().redirect == .neighbour(Self.neighbour(.node(2), family), over: World.fabric))
      var inner = scene.answer(from: .node(9))
      inner.sourcePort = Self.port
      let answer = TunnelAbuseTests.tunnelled(inner, from: .node(2), to: .node(1))
      let outcome = scene.world.fromFabric(answer)
      guard let way else {
        #expect(outcome.verdict == .drop)
        continue
      }
      #expect(scene.leaves(outcome, by: way))
      #expect(!scene.world.fromFabric(answer).calls.contains(.fib))
    }
  }

  @Test(
    "the host's answers leave by the same interface, wherever its stack sends them", arguments: FamilyName.allCases,
    [true, false])
  func host(_ family: FamilyName, _ isTCP: Bool) {
    let scene = Scene(family, isTCP: isTCP, backend: .node(1))
    scene.world.state.externalMark = Self.mark
    scene.tables(any: World.fabric, main: World.fabric) { $0 }
    let request = scene.ask()
    #expect(request.verdict == .next)
    #expect(request.mark == 0x0100_0040)
    for _ in 0..<2 {
      #expect(scene.leaves(scene.world.fromHost(scene.answer(from: .node(1))), by: Self.second))
    }
    let right = scene.world.fromHost(scene.answer(from: .node(1)), interface: Self.second)
    #expect(right.verdict == .next)
    #expect(Place(right.frame.source) == .node(9))
    #expect(!right.calls.contains(.fib))
    // What is too long there is told to the node's own socket.
    scene.world.setGeneration(8)
    scene.world.kernel.wayOutMTU = 1300
    let long = scene.world.fromHost(scene.answer(from: .node(1), size: 1400))
    #expect(long.redirect == .into(1))
    #expect(Place(long.frame.destination) == .node(1))
  }

  @Test(
    "what comes through a tunnel for the host has no mark: its client is not where it came in",
    arguments: FamilyName.allCases)
  func hostBehindTunnel(_ family: FamilyName) {
    let scene = Scene(family, isTCP: true, backend: .node(1))
    scene.world.state.externalMark = Self.mark
    let inner = Frame(
      family: family, source: .outside(1), sourcePort: 40_000, destination: .node(2), destinationPort: Self.port,
      transport: .syn)
    let outcome = scene.world.fromFabric(TunnelAbuseTests.tunnelled(inner, from: .node(2), to: .node(1)))
    #expect(outcome.verdict == .next)
    #expect(Place(outcome.frame.destination) == .node(1))
    #expect(outcome.mark == 0x0100_0000)
  }

  @Test("answers follow a client that comes by another interface", arguments: FamilyName.allCases, [true, false])
  func follow(_ family: FamilyName, _ isTCP: Bool) {
    for backend in [Place.pod(2), .node(1)] {
      let scene = Scene(family, isTCP: isTCP, backend: backend)
      scene.tables(any: World.fabric, main: World.fabric) { $0 }
      func answer() -> World.Outcome {
        let frame = scene.answer(from: backend)
        return backend.isNode ? scene.world.fromHost(frame, interface: 4) : scene.world.fromPod(2, frame)
      }
      _ = scene.ask()
      #expect(scene.leaves(answer(), by: Self.second))
      _ = scene.ask(at: World.fabric, isTCP ? .ack : .udp)
      #expect(scene.leaves(answer(), by: World.fabric))
      _ = scene.ask(isTCP ? .ack : .udp)
      #expect(scene.leaves(answer(), by: Self.second))
    }
  }

  @Test("a rule for the mark counts, where the kernel knows marks", arguments: FamilyName.allCases, [true, false])
  func marked(_ family: FamilyName, _ knowsMarks: Bool) {
    let scene = Scene(family, isTCP: true, backend: .pod(2), .wantsSameWayBack)
    scene.world.state.externalMark = Self.mark
    scene.world.kernel.routesMarks = knowsMarks
    scene.world.kernel.wayOut = { _ in World.fabric }
    scene.world.kernel.wayOutAs = { question, flags in
      if flags == .marked, question.mark == Self.mark { return Self.second }
      return flags == .mainTable ? World.fabric : nil
    }
    let request = scene.ask()
    // In the mode Strict nobody may come by an interface that answers do not leave by.
    #expect(request.redirect == (knowsMarks ? .peer(of: 12) : nil))
    guard knowsMarks else { return }
    #expect(scene.leaves(scene.world.fromPod(2, scene.answer(from: .pod(2))), by: Self.second))
    // The mark is of services; who talks to a pod by its own address has none.
    let plain = scene.world.frame(from: .outside(1), to: .pod(1), .syn)
    #expect(scene.world.send(plain, .hostIngress, interface: Self.second).verdict == .drop)
    #expect(scene.world.fromFabric(plain).redirect == .peer(of: 11))
  }

  @Test("what the stack gets of a pod's answers has the mark, too", arguments: FamilyName.allCases)
  func leftToStack(_ family: FamilyName) {
    let scene = Scene(family, isTCP: true, backend: .pod(2))
    scene.world.state.externalMark = Self.mark
    _ = scene.ask()
    scene.world.kernel.encapsulates = true
    let answer = scene.world.fromPod(2, scene.answer(from: .pod(2)))
    #expect(answer.verdict == .next)
    #expect(answer.mark == 0x0100_0040)
    // A pod's own traffic has none.
    let own = scene.world.fromPod(2, scene.world.frame(from: .pod(2), to: .outside(7), .syn))
    #expect(own.mark == 0x0100_0000)
  }

  private static func neighbour(_ place: Place, _ family: FamilyName) -> Neighbour {
    family == .v4 ? Neighbour(IPv4Address(place)) : Neighbour(IPv6Address(place))
  }
}

extension Frame.Transport {
  fileprivate var isUDP: Bool { if case .udp = self { true } else { false } }
}
