import DataplaneABI
import Netlink
import Synchronization
import Testing

/// A node with two interfaces and the kernel's own routing tables: a client asks a service by one of them.
@Suite("Several interfaces", .serialized, .enabled(if: Node.canRun, "needs root"))
struct SeveralInterfacesJourneys {
  private static let mark: UInt32 = 0x40
  private static let table: UInt32 = 100

  /// The node, its interfaces, and what routes lead by. One for each family: the programs take long to load.
  struct Scene {
    let node: Node
    let family: Family
    let netlink: NetlinkConnection
    let first: UInt32
    let second: UInt32
    private(set) var isTCP = true
    private(set) var clientPort: UInt16 = 0

    private static let nodes = Mutex<[Family: Scene]>([:])
    private static let ports = Atomic<UInt16>(40_000)

    /// The family's node, without routes, rules and settings that others have left.
    static func cleared(_ family: Family, isTCP: Bool = true) throws -> Scene {
      var scene = try nodes.withLock { nodes in
        let scene = try nodes[family] ?? Scene(family)
        nodes[family] = scene
        return scene
      }
      scene.isTCP = isTCP
      scene.clientPort = ports.add(1, ordering: .relaxed).newValue
      let inet: AddressFamily = family == .ipv4 ? .ipv4 : .ipv6
      for table in [Route.mainTable, SeveralInterfacesJourneys.table] {
        for route in try scene.netlink.routes(family: inet, table: table) where route.destination.length == 0 {
          try scene.netlink.deleteRoute(route)
        }
      }
      for rule in try scene.netlink.rules(family: inet) where rule.priority == 50 { try scene.netlink.deleteRule(rule) }
      try scene.node.setState {
        $0.externalMark = 0
        $0.flags = []
      }
      try scene.node.tables.setBackend(BackendKey(id: 7, ordinal: 0), scene.node.server, port: 8080)
      return scene
    }

    private init(_ family: Family) throws {
      let interfaces = try Interfaces()
      netlink = try NetlinkConnection(in: interfaces.namespace)
      try netlink.createLink("eth1", .veth(peer: VethPeer(name: "eth1-p")), LinkSettings(isUp: true))
      first = interfaces.uplink
      second = UInt32(try netlink.link(named: "eth1").index)
      for name in ["eth0-p", "eth1-p"] { try netlink.setLink(try netlink.link(named: name).index, up: true) }
      for path in ["net/ipv4/ip_forward", "net/ipv6/conf/all/forwarding"] {
        try interfaces.namespace.writeSysctl(path, "1")
      }
      node = try Node(family, ownNamespace: interfaces)
      self.family = family
      for (interface, text) in [(first, family == .ipv4 ? "10.77.0.1" : "fd77::1"), (second, Self.asked(family))] {
        let address = try #require(InetAddress(text))
        let prefix = try #require(InetPrefix(address, length: family == .ipv4 ? 24 : 64))
        try netlink.addAddress(InterfaceAddress(prefix, interface: Int32(interface), flags: .noDuplicateDetection))
      }
      try node.setRoute(IP(Self.asked(family)), RouteEntry(flags: [.local, .host]))
      for proto in [UInt8(6), 17] {
        try node.tables.setFrontend(
          IP(Self.asked(family)), port: 80, proto: proto, Frontend(id: 7, count: 1, localCount: 1))
      }
    }

    /// The address of the second interface, which the client asks.
    static func asked(_ family: Family) -> String { family == .ipv4 ? "10.78.0.1" : "fd78::1" }

    func gateway(_ interface: UInt32) throws -> InetAddress {
      let network = interface == first ? "77" : "78"
      return try #require(InetAddress(family == .ipv4 ? "10.\(network).0.254" : "fd\(network)::fe"))
    }

    func route(by interface: UInt32, metric: UInt32 = 0, table: UInt32 = Route.mainTable) throws {
      let inet: AddressFamily = family == .ipv4 ? .ipv4 : .ipv6
      try netlink.addRoute(
        Route(
          .all(inet), gateway: try gateway(interface), interface: Int32(interface), table: table, priority: metric))
    }

    func rule(mark: UInt32? = nil, from source: String? = nil, table: UInt32 = table) throws {
      let prefix = try source.map { InetPrefix(host: try #require(InetAddress($0))) }
      try netlink.addRule(
        Rule(
          family: family == .ipv4 ? .ipv4 : .ipv6, priority: 50, source: prefix, mark: mark, markMask: mark,
          table: table))
    }

    func request(_ flags: UInt8 = TCP.syn) -> Packet {
      let asked = IP(Self.asked(family))
      return isTCP
        ? .tcp(from: node.stranger, clientPort, to: asked, 80, flags)
        : .udp(from: node.stranger, clientPort, to: asked, 80)
    }

    /// Asks by an interface, and answers; the interface that the answer leaves by, nil if the host stack has it.
    func exchange(by interface: UInt32, sourceLocation: SourceLocation = #_sourceLocation) throws -> UInt32? {
      let atBackend = request().with {
        $0.destination = node.server
        $0.destinationPort = 8080
      }
      let there = try node.fromFabric(request(), at: interface)
      #expect(there.isRedirected(as: atBackend.delivered(to: MAC.server)), sourceLocation: sourceLocation)
      let answer = atBackend.answer(flags: TCP.syn | TCP.ack)
      let seen = answer.with {
        $0.source = IP(Self.asked(family))
        $0.sourcePort = 80
      }
      let back = try node.fromServer(answer)
      guard back.verdict == .redirect else { return nil }
      #expect(back.isRedirected(as: seen.forwarded()), sourceLocation: sourceLocation)
      let flow = try #require(try node.flow(of: answer))
      #expect(flow.leg.forwarding == .neighbour, sourceLocation: sourceLocation)
      let hop = try gateway(flow.leg.interfaceIndex)
      #expect("\(flow.nextHop)" == "\(hop)", sourceLocation: sourceLocation)
      return flow.leg.interfaceIndex
    }
  }

  @Test("two default routes: IPv4 answers by where the client came", arguments: Family.allCases, [true, false])
  func twoDefaults(_ family: Family, _ isTCP: Bool) throws {
    let scene = try Scene.cleared(family, isTCP: isTCP)
    try scene.route(by: scene.first, metric: 100)
    try scene.route(by: scene.second, metric: 200)
    // IPv6 prefers an interface only among routes of one metric.
    #expect(try scene.exchange(by: scene.second) == (family == .ipv4 ? scene.second : scene.first))
  }

  @Test("a route by two interfaces: answers leave by where the client came", arguments: Family.allCases)
  func multipath(_ family: Family) throws {
    for isSecond in [true, false] {
      let scene = try Scene.cleared(family)
      let hops = try [scene.first, scene.second].map {
        NextHop(gateway: try scene.gateway($0), interface: Int32($0))
      }
      try scene.netlink.addRoute(Route(.all(family == .ipv4 ? .ipv4 : .ipv6), nextHops: hops))
      let interface = isSecond ? scene.second : scene.first
      #expect(try scene.exchange(by: interface) == interface)
    }
  }

  @Test("a way by the other interface only: answers leave by that", arguments: Family.allCases)
  func oneDefault(_ family: Family) throws {
    let scene = try Scene.cleared(family)
    try scene.route(by: scene.first)
    #expect(try scene.exchange(by: scene.second) == scene.first)
  }

  @Test("a rule for the address that was asked", arguments: Family.allCases, [true, false])
  func sourceRule(_ family: Family, _ isTCP: Bool) throws {
    let scene = try Scene.cleared(family, isTCP: isTCP)
    try scene.route(by: scene.first)
    try scene.route(by: scene.second, table: Self.table)
    try scene.rule(from: Scene.asked(family))
    #expect(try scene.exchange(by: scene.second) == scene.second)
  }

  @Test("a rule that leads elsewhere than the client came by", arguments: Family.allCases)
  func otherRule(_ family: Family) throws {
    let scene = try Scene.cleared(family)
    try scene.route(by: scene.second)
    try scene.route(by: scene.first, table: Self.table)
    try scene.rule(from: Scene.asked(family))
    #expect(try scene.exchange(by: scene.second) == scene.first)
  }

  @Test("a rule for the mark", arguments: Family.allCases, [Self.mark, 0])
  func markRule(_ family: Family, _ mark: UInt32) throws {
    let scene = try Scene.cleared(family)
    try scene.node.setState { $0.externalMark = mark }
    try scene.route(by: scene.first)
    try scene.route(by: scene.second, table: Self.table)
    try scene.rule(mark: Self.mark)
    #expect(try scene.exchange(by: scene.second) == (mark == 0 ? scene.first : scene.second))
  }

  @Test("in the mode Strict the rule for the mark lets the client in", arguments: Family.allCases, [Self.mark, 0])
  func strict(_ family: Family, _ mark: UInt32) throws {
    let scene = try Scene.cleared(family)
    try scene.node.setState {
      $0.externalMark = mark
      $0.flags = .wantsSameWayBack
    }
    try scene.route(by: scene.first)
    try scene.route(by: scene.second, table: Self.table)
    try scene.rule(mark: Self.mark)
    let before = try scene.node.count(.noWayBack)
    let outcome = try scene.node.fromFabric(scene.request(), at: scene.second)
    #expect(outcome.verdict == (mark == 0 ? .drop : .redirect))
    #expect(try scene.node.count(.noWayBack) - before == (mark == 0 ? 1 : 0))
  }

  @Test("a backend of the host: the stack's choice is put right", arguments: Family.allCases, [true, false])
  func hostBackend(_ family: Family, _ isTCP: Bool) throws {
    let scene = try Scene.cleared(family, isTCP: isTCP)
    try scene.node.setState { $0.externalMark = Self.mark }
    try scene.node.tables.setBackend(BackendKey(id: 7, ordinal: 0), scene.node.address, port: 8080)
    try scene.route(by: scene.first)
    try scene.route(by: scene.second, table: Self.table)
    try scene.rule(from: Scene.asked(family))
    let atHost = scene.request().with {
      $0.destination = scene.node.address
      $0.destinationPort = 8080
    }
    let there = try scene.node.fromFabric(scene.request(), at: scene.second)
    #expect(there.verdict == .next)
    #expect(there.bytes == atHost.bytes)
    #expect(there.mark == 0x0100_0000 | Self.mark)
    let answer = atHost.answer(flags: TCP.syn | TCP.ack)
    let seen = answer.with {
      $0.source = IP(Scene.asked(family))
      $0.sourcePort = 80
    }
    for _ in 0..<2 {
      #expect(try scene.node.fromHostOut(answer).isRedirected(as: seen))
      #expect(try scene.node.flow(of: answer)?.leg.interfaceIndex == scene.second)
      let right = try scene.node.fromHostOut(answer, at: scene.second)
      #expect(right.verdict == .next && right.bytes == seen.bytes)
    }
  }
}
