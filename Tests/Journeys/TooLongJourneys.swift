import DataplaneABI
import Testing

/// Packets that are longer than their way can take.
@Suite("Too long for the way", .enabled(if: Node.canRun, "needs root"))
struct TooLongJourneys {
  private func node(_ family: Family, mtu: UInt16) throws -> Node {
    let node = try Node(family)
    try node.tables.setRoute(
      family.pick("10.65.2.0", "fd65:0:0:2::"), length: family == .ipv4 ? 24 : 64,
      RouteEntry(
        flags: [.workload, .inPool], interface: node.interfaces.uplink, nextHop: node.otherNode, mtu: mtu))
    return node
  }

  /// A packet whose IP length is just that.
  private func long(_ family: Family, _ length: Int, from source: IP, to destination: IP) -> Packet {
    Packet.udp(from: source, 40000, to: destination, 80).with {
      $0.payload = [UInt8](repeating: 0x5a, count: length - family.headerLength - 8)
    }
  }

  @Test(
    "Just as long as the way takes: straight on. A byte more: the host tells the sender", arguments: Family.allCases)
  func plain(family: Family) throws {
    let node = try node(family, mtu: 1400)
    let fits = long(family, 1400, from: node.client, to: node.remotePod)
    #expect(try node.fromPod(fits).isRedirected(as: fits.forwarded()))
    let tooLong = long(family, 1401, from: node.client, to: node.remotePod)
    #expect(try node.fromPod(tooLong).isLeft(as: tooLong))
    #expect(try node.count(.tooLong) == 1)
  }

  @Test(
    "To a service: the host gets it with its backend, and what it quotes is translated back", arguments: Family.allCases
  )
  func service(family: Family) throws {
    let node = try node(family, mtu: 1400)
    try node.setService([(node.remotePod, 8080)])
    let packet = long(family, 1401, from: node.client, to: node.service)
    let atBackend = packet.with { $0.destination = node.remotePod }.ports(40000, 8080)
    #expect(try node.fromPod(packet).isLeft(as: atBackend))
  }

  @Test(
    "An answer of a service: the host gets it as it came, because it quotes it to the backend",
    arguments: Family.allCases)
  func answer(family: Family) throws {
    let node = try node(family, mtu: 1400)
    try node.setService([(node.server, 8080)])
    let query = long(family, 100, from: node.remotePod, to: node.server)
    _ = try node.fromFabric(query)
    let answer = long(family, 1401, from: node.server, to: node.remotePod).ports(80, 40000)
    #expect(try node.fromServer(answer).isLeft(as: answer))
  }

  @Test("IPv4 that may be cut in pieces goes through the host stack, translated")
  func mayBeFragmented() throws {
    let node = try node(.ipv4, mtu: 1400)
    try node.setService([(node.remotePod, 8080)])
    let packet = long(.ipv4, 1500, from: node.client, to: node.service).with { $0.fragment = 0 }
    let atBackend = packet.with { $0.destination = node.remotePod }.ports(40000, 8080)
    let outcome = try node.fromPod(packet)
    #expect(outcome.isLeft(as: atBackend))
    #expect(outcome.mark & 0x0200_0000 == 0)
  }

  @Test("A buffer of many packets passes if each of them does", arguments: Family.allCases)
  func segmented(family: Family) throws {
    let node = try node(family, mtu: 1400)
    let header = family.headerLength
    let packet = Packet.tcp(from: node.client, 40000, to: node.remotePod, 80, TCP.syn).with {
      $0.payload = [UInt8](repeating: 0x5a, count: 3000)
    }
    #expect(
      try node.fromPod(packet, segmentSize: UInt32(1400 - header - 20)).isRedirected(as: packet.forwarded()))
    #expect(try node.fromPod(packet, segmentSize: UInt32(1401 - header - 20)).isLeft(as: packet))
  }

  // MARK: Through a tunnel

  /// A node that another one asks for a service of its server, at a port of that node.
  private func asked(_ family: Family) throws -> Node {
    let node = try Node(family)
    try node.setRoute(
      node.otherNode,
      RouteEntry(flags: [.host], interface: node.interfaces.uplink, nextHop: node.otherNode, mtu: 1500))
    try node.setState { $0.nodePorts = PortRange(first: 30_080, count: 1) }
    try node.tables.setBackend(BackendKey(id: 7, ordinal: 0), node.server, port: 8080)
    for proto in [UInt8(6), 17] {
      try node.tables.setFrontend(
        family.pick("255.255.255.255", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), port: 30_080, proto: proto,
        Frontend(id: 7, count: 1, localCount: 1))
    }
    return node
  }

  /// As the other node sends it (RFC 7348).
  private func tunnelled(_ packet: Packet, to node: Node) -> Packet {
    let type: [UInt8] = packet.family == .ipv4 ? [0x08, 0x00] : [0x86, 0xdd]
    return Packet.udp(from: node.otherNode, 50_000, to: node.address, 4789).with {
      $0.payload =
        [0x08, 0, 0, 0, 0xca, 0x11, 0xc0, 0] + [UInt8](repeating: 0, count: 12) + type + packet.bytes.dropFirst(14)
    }
  }

  @Test(
    "An answer that a tunnel does not take: the pod is told so by its own node, TCP and UDP", arguments: Family.allCases
  )
  func answerThroughTunnel(family: Family) throws {
    let node = try asked(family)
    let fits = 1500 - 50 - (family == .ipv4 ? 0 : 20)
    let questions = [
      Packet.tcp(from: node.stranger, 40000, to: node.otherNode, 30_080, TCP.syn),
      Packet.udp(from: node.stranger, 40000, to: node.otherNode, 30_080),
    ]
    for question in questions {
      let atServer = question.with { $0.destination = node.server }.ports(40000, 8080)
      #expect(try node.fromFabric(tunnelled(question, to: node)).verdict == .redirect)
      func answer(_ length: Int) -> Packet {
        atServer.answer(flags: TCP.syn | TCP.ack).with {
          $0.sourceMAC = MAC.server
          $0.payload = [UInt8](repeating: 0x5a, count: length - family.headerLength - ($0.isTCP ? 20 : 8))
        }
      }
      #expect(try node.fromServer(answer(fits)).verdict == .redirect)
      #expect(try node.count(.tooLongForTunnel) == (question.isTCP ? 0 : 1))
      let error = Packet(
        from: node.address, to: node.server,
        .icmp(
          ICMP(type: family == .ipv4 ? 3 : 2, code: family == .ipv4 ? 4 : 0, identifier: 0, sequence: UInt16(fits)))
      ).with {
        $0.sourceMAC = MAC.gateway
        $0.destinationMAC = MAC.server
        $0.identification = 0
        $0.payload = answer(fits + 1).quote
      }
      let outcome = try node.fromServer(answer(fits + 1))
      #expect(outcome.isRedirected(as: error), "\(outcome)")
    }
    #expect(try node.count(.tooLongForTunnel) == 2)
  }
}

extension Packet {
  fileprivate var isTCP: Bool { transportProtocol == 6 }
}
