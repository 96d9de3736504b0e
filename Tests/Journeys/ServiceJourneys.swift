import DataplaneABI
import Testing

/// Packets to a ClusterIP, and the answers that must look as if they came from it.
@Suite("Services", .enabled(if: Node.canRun, "needs root"))
struct ServiceJourneys {
  /// A client's packet as its backend gets to see it.
  private func sent(_ packet: Packet, to backend: IP, _ port: UInt16) -> Packet {
    packet.with {
      $0.destination = backend
      $0.destinationPort = port
    }
  }

  /// A backend's answer as the client gets to see it.
  private func seenFrom(_ service: IP, _ answer: Packet) -> Packet {
    answer.with {
      $0.source = service
      $0.sourcePort = 80
    }
  }

  /// What the client gets for an answer goes back where its packet came from.
  private static func refusal(_ packet: inout Packet) {
    packet.destinationMAC = MAC.client
    packet.sourceMAC = MAC.gateway
    packet.payload = []
  }

  @Test("A backend on this node: straight into it, and the answer comes from the service", arguments: Family.allCases)
  func localBackend(family: Family) throws {
    let node = try Node(family)
    try node.setService([(node.server, 8080)])
    let syn = Packet.tcp(from: node.client, 40000, to: node.service, 80, TCP.syn)
    let atBackend = sent(syn, to: node.server, 8080)
    #expect(try node.fromPod(syn).isRedirected(as: atBackend.delivered(to: MAC.server)))

    let answer = atBackend.answer(flags: TCP.syn | TCP.ack)
    #expect(
      try node.fromServer(answer).isRedirected(as: seenFrom(node.service, answer).delivered(to: MAC.client)))

    let ack = syn.flags(TCP.ack | TCP.push).with { $0.payload = Array("GET / HTTP/1.1\r\n\r\n".utf8) }
    #expect(
      try node.fromPod(ack).isRedirected(as: sent(ack, to: node.server, 8080).delivered(to: MAC.server)))
    #expect(try node.tables.flowCount() == 2)
    #expect(try node.count(.serviceFlow) == 1)
    #expect(try node.drops() == 0)
  }

  @Test(
    "A backend on another node: out to that node, and the answer comes from the service", arguments: Family.allCases)
  func remoteBackend(family: Family) throws {
    let node = try Node(family)
    try node.setService([(node.remotePod, 8080)])
    let syn = Packet.tcp(from: node.client, 40000, to: node.service, 80, TCP.syn)
    let onTheWire = sent(syn, to: node.remotePod, 8080)
    let there = try node.fromPod(syn)
    #expect(there.isRedirected(as: onTheWire.forwarded()))
    #expect(try node.flow(of: syn)?.nextHop == node.otherNode)
    // The node's own interface has a program too, which must not take it for the host's.
    #expect(try node.fromHostOut(onTheWire.forwarded(), mark: there.mark).isLeft(as: onTheWire.forwarded()))

    let answer = onTheWire.answer(flags: TCP.syn | TCP.ack).with { $0.sourceMAC = MAC.fabric }
    #expect(
      try node.fromFabric(answer).isRedirected(as: seenFrom(node.service, answer).delivered(to: MAC.client)))
  }

  @Test(
    "A backend on the host itself: through the host stack, and the answer comes from the service",
    arguments: Family.allCases)
  func hostBackend(family: Family) throws {
    let node = try Node(family)
    try node.setService([(node.address, 6443)])
    let syn = Packet.tcp(from: node.client, 40000, to: node.service, 80, TCP.syn)
    let atBackend = sent(syn, to: node.address, 6443)
    #expect(try node.fromPod(syn).isLeft(as: atBackend))
    let answer = atBackend.answer(flags: TCP.syn | TCP.ack)
    #expect(try node.fromHost(answer).isLeft(as: seenFrom(node.service, answer)))
  }

  @Test("UDP to a service, with payloads of odd and even length", arguments: Family.allCases)
  func udp(family: Family) throws {
    let node = try Node(family)
    try node.setService([(node.server, 5353)])
    for length in [0, 1, 2, 3, 511, 512, 1400] {
      let query = Packet.udp(from: node.client, 40000, to: node.service, 80).with {
        $0.payload = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      }
      let atBackend = sent(query, to: node.server, 5353)
      #expect(try node.fromPod(query).isRedirected(as: atBackend.delivered(to: MAC.server)))
      let answer = atBackend.answer()
      #expect(
        try node.fromServer(answer).isRedirected(as: seenFrom(node.service, answer).delivered(to: MAC.client)))
    }
  }

  @Test("UDP that was sent without a checksum stays without one")
  func udpWithoutChecksum() throws {
    let node = try Node(.ipv4)
    try node.setService([(node.server, 5353)])
    let query = Packet.udp(from: node.client, 40000, to: node.service, 80).with { $0.transportChecksum = 0 }
    let atBackend = sent(query, to: node.server, 5353)
    #expect(try node.fromPod(query).isRedirected(as: atBackend.delivered(to: MAC.server)))
  }

  @Test("Checksums are right for 500 clients that have nothing in common", arguments: Family.allCases)
  func checksums(family: Family) throws {
    let node = try Node(family)
    try node.setService([(node.server, 8080), (node.remotePod, 65535)])
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<500 {
      let syn = Packet.tcp(
        from: node.client, UInt16.random(in: 1...65535, using: &generator), to: node.service, 80, TCP.syn
      ).with {
        $0.ttl = UInt8.random(in: 2...255, using: &generator)
        $0.identification = UInt16.random(in: 0...65535, using: &generator)
        $0.trafficClass = UInt8.random(in: 0...255, using: &generator)
        $0.payload = (0..<Int.random(in: 0...64, using: &generator)).map { _ in UInt8.random(in: 0...255) }
      }
      let outcome = try node.fromPod(syn)
      let flow = try #require(try node.flow(of: syn), "a flow for \(syn)")
      let atBackend = sent(syn, to: flow.translated, flow.translatedPort)
      let expected = flow.translated == node.server ? atBackend.delivered(to: MAC.server) : atBackend.forwarded()
      #expect(outcome.isRedirected(as: expected), "\(syn)")
    }
  }

  @Test("Three hundred connections reach every one of three backends, about as often", arguments: Family.allCases)
  func everyBackend(family: Family) throws {
    let node = try Node(family)
    try node.setService([(node.server, 8080), (node.second, 8080), (node.remotePod, 8080)])
    var reached: [IP: Int] = [:]
    for port in 40000..<UInt16(40300) {
      let syn = Packet.tcp(from: node.client, port, to: node.service, 80, TCP.syn)
      #expect(try node.fromPod(syn).verdict == .redirect)
      if let flow = try node.flow(of: syn) { reached[flow.translated, default: 0] += 1 }
    }
    #expect(Set(reached.keys) == [node.server, node.second, node.remotePod])
    // 100 each on average with a deviation of 8: below 50 happens once in a billion runs.
    #expect(reached.values.allSatisfy { $0 >= 50 }, "\(reached)")
    #expect(try node.count(.serviceFlow) == 300)
  }

  @Test("A connection keeps its backend", arguments: Family.allCases)
  func sticky(family: Family) throws {
    let node = try Node(family)
    try node.setService([(node.server, 8080), (node.second, 8080), (node.remotePod, 8080)])
    let syn = Packet.tcp(from: node.client, 40000, to: node.service, 80, TCP.syn)
    _ = try node.fromPod(syn)
    let chosen = try #require(try node.flow(of: syn)).translated
    for _ in 0..<50 { #expect(try node.fromPod(syn.flags(TCP.ack)).verdict == .redirect) }
    #expect(try node.flow(of: syn)?.translated == chosen)
    #expect(try node.flow(of: syn)?.leg.packets == 51)
  }

  @Test("A service without backends refuses, TCP with a RST, UDP with an ICMP error", arguments: Family.allCases)
  func noBackend(family: Family) throws {
    let node = try Node(family)
    try node.setService([])
    let syn = Packet.tcp(from: node.client, 40000, to: node.service, 80, TCP.syn)
    let reset = Packet(
      from: node.service, to: node.client,
      .tcp(
        TCP(sourcePort: 80, destinationPort: 40000, flags: TCP.rst | TCP.ack, sequence: 0, acknowledgement: 2))
    ).with(Self.refusal).with { $0.identification = 0 }
    let refused = try node.fromPod(syn)
    #expect(refused.verdict == .redirect)
    // All but the window, which a RST does not use, and with it the checksum.
    #expect(refused.bytes.dropLast(6) == reset.bytes.dropLast(6))
    let query = Packet.udp(from: node.client, 40000, to: node.service, 80)
    let unreachable: (UInt8, UInt8) = family == .ipv4 ? (3, 3) : (1, 4)
    let error = Packet(
      from: node.service, to: node.client,
      .icmp(ICMP(type: unreachable.0, code: unreachable.1, identifier: 0, sequence: 0))
    ).with(Self.refusal).with {
      $0.identification = 0
      $0.payload = Array(query.quote.prefix((family == .ipv4 ? 20 : 40) + 8))
    }
    #expect(try node.fromPod(query).isRedirected(as: error))
    #expect(try node.count(.noBackend) == 2)
    #expect(try node.drops() == 2)
    #expect(try node.tables.flowCount() == 0)
  }

  @Test("A frontend that promises a backend which is not there drops, and says so", arguments: Family.allCases)
  func backendMissing(family: Family) throws {
    let node = try Node(family)
    try node.setService([(node.server, 8080)])
    try node.tables.deleteBackend(BackendKey(id: 7, ordinal: 0))
    #expect(try node.fromPod(.tcp(from: node.client, 40000, to: node.service, 80, TCP.syn)).verdict == .drop)
    #expect(try node.count(.backendMissing) == 1)
    #expect(try node.tables.flowCount() == 0)
  }

  @Test("`internalTrafficPolicy: Local` chooses among the backends of this node only", arguments: Family.allCases)
  func internalLocal(family: Family) throws {
    let node = try Node(family)
    try node.setService(
      [(node.server, 8080), (node.remotePod, 8080), (node.remotePod, 8081)], localCount: 1, flags: .internalLocal)
    for port in 40000..<UInt16(40030) {
      let syn = Packet.tcp(from: node.client, port, to: node.service, 80, TCP.syn)
      _ = try node.fromPod(syn)
      #expect(try node.flow(of: syn)?.translated == node.server)
    }
  }

  @Test("Another port of the service's address is no service", arguments: Family.allCases)
  func otherPort(family: Family) throws {
    let node = try Node(family)
    try node.setService([(node.server, 8080)])
    let syn = Packet.tcp(from: node.client, 40000, to: node.service, 81, TCP.syn)
    #expect(try node.fromPod(syn).isLeft(as: syn))
    #expect(try node.count(.serviceFlow) == 0)
  }

  @Test("TCP in mid-flow to a service is dropped: nobody remembers which backend it was", arguments: Family.allCases)
  func midFlow(family: Family) throws {
    let node = try Node(family)
    try node.setService([(node.server, 8080)])
    #expect(try node.fromPod(.tcp(from: node.client, 40000, to: node.service, 80, TCP.ack)).verdict == .drop)
    #expect(try node.count(.noFlow) == 1)
  }

  @Test("A client that is its own backend reaches itself, as if its node had called", arguments: Family.allCases)
  func hairpin(family: Family) throws {
    let node = try Node(family)
    try node.setService([(node.client, 8080)])
    let syn = Packet.tcp(from: node.client, 40000, to: node.service, 80, TCP.syn)
    let there = try node.fromPod(syn)
    let port = try #require(try node.flow(of: syn)).becomes.sourcePort
    #expect((20_000..<30_000).contains(port))
    let atBackend = sent(syn, to: node.client, 8080).with {
      $0.source = node.address
      $0.sourcePort = port
    }
    #expect(there.isRedirected(as: atBackend.delivered(to: MAC.client)))
    let answer = atBackend.answer(flags: TCP.syn | TCP.ack)
    let atClient = syn.answer(flags: TCP.syn | TCP.ack)
    #expect(try node.fromPod(answer).isRedirected(as: atClient.delivered(to: MAC.client)))
    #expect(try node.drops() == 0)
  }

  @Test(
    "A client that also talks to the backend directly, from the same port, is not confused", arguments: Family.allCases)
  func natCollision(family: Family) throws {
    let node = try Node(family)
    try node.setService([(node.server, 8080)])
    let direct = Packet.tcp(from: node.client, 40000, to: node.server, 8080, TCP.syn)
    #expect(try node.fromPod(direct).isRedirected(as: direct.delivered(to: MAC.server)))
    let syn = Packet.tcp(from: node.client, 40000, to: node.service, 80, TCP.syn)
    let there = try node.fromPod(syn)
    let port = try #require(try node.flow(of: syn)).becomes.sourcePort
    let atBackend = sent(syn, to: node.server, 8080).with { $0.sourcePort = port }
    #expect(there.isRedirected(as: atBackend.delivered(to: MAC.server)))
    #expect(port != 40000)
    let answer = atBackend.answer(flags: TCP.syn | TCP.ack)
    let atClient = syn.answer(flags: TCP.syn | TCP.ack)
    #expect(try node.fromServer(answer).isRedirected(as: atClient.delivered(to: MAC.client)))
    let directAnswer = direct.answer(flags: TCP.syn | TCP.ack)
    #expect(try node.fromServer(directAnswer).isRedirected(as: directAnswer.delivered(to: MAC.client)))
  }

  @Test(
    "A client that calls the backend directly from the port of its flow through the service gets another port",
    arguments: Family.allCases)
  func direct(family: Family) throws {
    let node = try Node(family)
    try node.setService([(node.server, 8080)])
    let syn = Packet.tcp(from: node.client, 40000, to: node.service, 80, TCP.syn)
    _ = try node.fromPod(syn)
    _ = try node.fromServer(sent(syn, to: node.server, 8080).answer(flags: TCP.syn | TCP.ack))
    let direct = Packet.tcp(from: node.client, 40000, to: node.server, 8080, TCP.syn)
    let there = try node.fromPod(direct)
    let ports = family == .ipv4 ? 34 : 54
    let port = UInt16(there.bytes[ports]) << 8 | UInt16(there.bytes[ports + 1])
    #expect((20_000..<30_000).contains(port))
    let atBackend = direct.with { $0.sourcePort = port }
    #expect(there.isRedirected(as: atBackend.delivered(to: MAC.server)))
    let answer = atBackend.answer(flags: TCP.syn | TCP.ack)
    #expect(
      try node.fromServer(answer).isRedirected(
        as: direct.answer(flags: TCP.syn | TCP.ack).delivered(to: MAC.client)))
    for _ in 0..<2 {
      let ack = direct.flags(TCP.ack)
      #expect(
        try node.fromPod(ack).isRedirected(as: ack.with { $0.sourcePort = port }.delivered(to: MAC.server)))
      let asked = syn.flags(TCP.ack)
      #expect(try node.fromPod(asked).isRedirected(as: sent(asked, to: node.server, 8080).delivered(to: MAC.server)))
    }
    #expect(try node.drops() == 0)
  }

  @Test("Established connections outlive their backend's entry; new ones never go there", arguments: Family.allCases)
  func backendRemoved(family: Family) throws {
    let node = try Node(family)
    try node.setService([(node.server, 8080)])
    let syn = Packet.tcp(from: node.client, 40000, to: node.service, 80, TCP.syn)
    _ = try node.fromPod(syn)
    try node.setService([(node.second, 8080)])
    let ack = syn.flags(TCP.ack)
    #expect(try node.fromPod(ack).isRedirected(as: sent(ack, to: node.server, 8080).delivered(to: MAC.server)))
    // The same client dials again with the same port.
    #expect(try node.fromPod(syn).isRedirected(as: sent(syn, to: node.second, 8080).delivered(to: MAC.second)))
    #expect(try node.flow(of: syn)?.translated == node.second)
    #expect(try node.tables.flowCount() == 2)
  }

  @Test("A UDP client that returns after a minute of silence may get another backend", arguments: Family.allCases)
  func forgottenUDP(family: Family) throws {
    let node = try Node(family)
    try node.setService([(node.server, 5353)])
    let query = Packet.udp(from: node.client, 40000, to: node.service, 80)
    _ = try node.fromPod(query)
    try node.setService([(node.second, 5353)])
    #expect(try node.fromPod(query).isRedirected(as: sent(query, to: node.server, 5353).delivered(to: MAC.server)))
    try node.tables.age(query, bySeconds: 61)
    #expect(try node.fromPod(query).isRedirected(as: sent(query, to: node.second, 5353).delivered(to: MAC.second)))
  }
}
