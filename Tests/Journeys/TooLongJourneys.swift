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
}
