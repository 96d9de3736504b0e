import DataplaneABI
import Testing

/// Associations of SCTP: through services, NodePorts and source translation, with checksums that are worked out from nothing.
@Suite("SCTP", .enabled(if: Node.canRun, "needs root"))
struct AssociationJourneys {
  private static let (clientTag, serverTag) = (UInt32(0xc11e_0001), UInt32(0x5e00_0002))

  /// What a client and its server say to each other, in order.
  private static let conversation: [(isAnswer: Bool, tag: UInt32, chunks: [UInt8])] = [
    (false, 0, SCTP.initiation(clientTag)),
    (true, clientTag, SCTP.initiation(serverTag, isAnswer: true)),
    (false, serverTag, SCTP.cookieEcho), (true, clientTag, SCTP.cookieAck),
    (false, serverTag, SCTP.data(Array("over here".utf8))),
    (true, clientTag, SCTP.data((0..<1300).map { UInt8(truncatingIfNeeded: $0 &* 31) })),
    (false, serverTag, SCTP.data([7])), (true, clientTag, SCTP.shutdownComplete),
  ]

  private func opening(_ node: Node, to destination: IP, _ port: UInt16 = 80) -> Packet {
    .sctp(from: node.client, 40000, to: destination, port, tag: 0, SCTP.initiation(Self.clientTag))
  }

  private func packet(
    _ ends: (from: IP, port: UInt16, to: IP, toPort: UInt16), _ tag: UInt32, _ chunks: [UInt8]
  ) -> Packet {
    .sctp(from: ends.from, ends.port, to: ends.to, ends.toPort, tag: tag, chunks)
  }

  @Test("A backend on this node, on another port, and back", arguments: Family.allCases)
  func service(family: Family) throws {
    let node = try Node(family)
    try node.setService([(node.server, 8080)])
    for (isAnswer, tag, chunks) in Self.conversation {
      if isAnswer {
        let sent = packet((node.server, 8080, node.client, 40000), tag, chunks)
        let seen = packet((node.service, 80, node.client, 40000), tag, chunks)
        #expect(try node.fromServer(sent).isRedirected(as: seen.delivered(to: MAC.client)))
      } else {
        let sent = packet((node.client, 40000, node.service, 80), tag, chunks)
        let seen = packet((node.client, 40000, node.server, 8080), tag, chunks)
        #expect(try node.fromPod(sent).isRedirected(as: seen.delivered(to: MAC.server)))
      }
    }
    #expect(try node.tables.flowCount() == 2)
    #expect(try node.count(.serviceFlow) == 1)
    #expect(try node.drops() == 0)
  }

  @Test("Payloads of all lengths up to 70 bytes, and long ones, have true checksums", arguments: Family.allCases)
  func lengths(family: Family) throws {
    let node = try Node(family)
    try node.setService([(node.server, 65535)])
    for length in Array(0...70) + [255, 256, 257, 1000, 1400, 3000] {
      let chunks = SCTP.data((0..<length).map { UInt8(truncatingIfNeeded: $0 &* 17 &+ length) })
      let sent = packet((node.client, 40000, node.service, 80), Self.serverTag, chunks)
      let seen = packet((node.client, 40000, node.server, 65535), Self.serverTag, chunks)
      #expect(try node.fromPod(sent).isRedirected(as: seen.delivered(to: MAC.server)), "\(length)")
    }
  }

  @Test("A wrong checksum stays wrong", arguments: Family.allCases)
  func wrongChecksum(family: Family) throws {
    let node = try Node(family)
    try node.setService([(node.server, 8080)])
    var bytes = opening(node, to: node.service).bytes
    bytes[14 + family.headerLength + 9] ^= 0x40
    var expected = opening(node, to: node.server, 8080).delivered(to: MAC.server).bytes
    expected[14 + family.headerLength + 9] ^= 0x40
    #expect(try node.fromPod(bytes: bytes).bytes == expected)
  }

  @Test("A checksum that happens to be 0 is mended like any other", arguments: Family.allCases)
  func checksumOfZero(family: Family) throws {
    let node = try Node(family)
    try node.setService([(node.server, 8080)])
    let start = packet((node.client, 40000, node.service, 80), Self.serverTag, SCTP.data([]))
    let zero = start.with { $0.payload += CRC32cByBytes.end(of: start.segmentWithoutChecksum) }
    #expect(zero.bytes[(14 + family.headerLength + 8)...].prefix(4) == [0, 0, 0, 0])
    let seen = zero.with { $0.destination = node.server }.ports(40000, 8080)
    #expect(try node.fromPod(zero).isRedirected(as: seen.delivered(to: MAC.server)))
  }

  @Test("To the world outside under the node's address and a port of its range, and back", arguments: Family.allCases)
  func sourceTranslation(family: Family) throws {
    let node = try Node(family)
    try node.setRoute(
      node.client,
      RouteEntry(
        flags: [.workload, .local, .inPool, .natOutgoing], interface: node.interfaces.client, mac: MAC.client))
    let first = opening(node, to: node.stranger, 3868)
    let there = try node.fromPod(first)
    let flow = try #require(try node.flow(of: first))
    #expect((20_000..<30_000).contains(flow.becomes.sourcePort))
    let outside = first.with { $0.source = node.address }.ports(flow.becomes.sourcePort, 3868)
    #expect(there.isLeft(as: outside))
    let answer = outside.answer().with { $0.payload = SCTP.initiation(Self.serverTag, isAnswer: true) }
    let atClient = answer.with { $0.destination = node.client }.ports(3868, 40000)
    #expect(try node.fromFabric(answer).isRedirected(as: atClient.delivered(to: MAC.client)))
    // Another pod's association from the same port to the same place has another one.
    let second = first.with { $0.source = node.second }
    try node.setRoute(
      node.second,
      RouteEntry(
        flags: [.workload, .local, .inPool, .natOutgoing], interface: node.interfaces.second, mac: MAC.second))
    _ = try node.fromPod(second, at: node.interfaces.second)
    #expect(try #require(try node.flow(of: second)).becomes.sourcePort != flow.becomes.sourcePort)
    #expect(try node.drops() == 0)
  }

  @Test("A pod that reaches itself through a service", arguments: Family.allCases)
  func hairpin(family: Family) throws {
    let node = try Node(family)
    try node.setService([(node.client, 8080)])
    let first = opening(node, to: node.service)
    let there = try node.fromPod(first)
    let port = try #require(try node.flow(of: first)).becomes.sourcePort
    let atBackend = packet(
      (node.address, port, node.client, 8080), 0, SCTP.initiation(Self.clientTag))
    #expect(there.isRedirected(as: atBackend.delivered(to: MAC.client)))
    let back = try node.fromPod(atBackend.answer())
    #expect(back.isRedirected(as: first.answer().delivered(to: MAC.client)))
  }

  @Test("Two services with one backend, asked from one port, are told apart", arguments: Family.allCases)
  func collision(family: Family) throws {
    let node = try Node(family)
    try node.setService([(node.server, 8080)])
    let other = family.pick("10.96.0.11", "fd96::b")
    try node.tables.setBackend(BackendKey(id: 8, ordinal: 0), node.server, port: 8080)
    try node.tables.setFrontend(other, port: 80, proto: 132, Frontend(id: 8, count: 1))
    _ = try node.fromPod(opening(node, to: node.service))
    let second = opening(node, to: other)
    let there = try node.fromPod(second)
    let port = try #require(try node.flow(of: second)).becomes.sourcePort
    #expect(port != 40000)
    let atBackend = second.with { $0.destination = node.server }.ports(port, 8080)
    #expect(there.isRedirected(as: atBackend.delivered(to: MAC.server)))
    #expect(try node.count(.portCollision) == 1)
  }

  @Test("Nobody behind the service: an ABORT with the tag that the client wants to see", arguments: Family.allCases)
  func refused(family: Family) throws {
    let node = try Node(family)
    try node.setService([])
    let abort = opening(node, to: node.service).answer().with {
      $0.payload = SCTP.abort
      $0.transport = .sctp(SCTP(sourcePort: 80, destinationPort: 40000, verificationTag: Self.clientTag))
      $0.destinationMAC = MAC.client
      $0.sourceMAC = MAC.gateway
      $0.identification = 0
    }
    #expect(try node.fromPod(opening(node, to: node.service)).isRedirected(as: abort))
    #expect(try node.count(.noBackend) == 1)
    // In the midst of an association nobody here knows that tag, but the packet's own.
    let data = packet((node.client, 40000, node.service, 80), Self.serverTag, SCTP.data([1]))
    let reflected = abort.with {
      $0.payload = SCTP.chunk(6, flags: 1)
      $0.transport = .sctp(SCTP(sourcePort: 80, destinationPort: 40000, verificationTag: Self.serverTag))
    }
    #expect(try node.fromPod(data).isRedirected(as: reflected))
    // What ends one is not answered.
    for chunks in [SCTP.abort, SCTP.shutdownComplete] {
      #expect(
        try node.fromPod(packet((node.client, 40000, node.service, 80), Self.serverTag, chunks)).verdict == .drop)
    }
  }

  @Test("Pieces to a service: they go to its backend where the port stays, and are dropped where it does not")
  func pieces() throws {
    for family in Family.allCases {
      for port: UInt16 in [80, 8080] {
        let node = try Node(family)
        try node.setService([(node.server, port)])
        let long = SCTP.data((0..<200).map { UInt8($0) })
        let sent = packet((node.client, 40000, node.service, 80), Self.serverTag, long).with { $0.fragment = 0 }
        let seen = sent.with { $0.destination = node.server }.ports(40000, port).delivered(to: MAC.server)
        for (piece, expected) in zip(sent.pieces(first: 64), seen.pieces(first: 64)) {
          let outcome = try node.fromPod(bytes: piece)
          if port == 80 || piece.count > 150 {
            #expect(outcome.verdict == .redirect)
            #expect(outcome.bytes == expected)
          } else {
            #expect(outcome.verdict == .drop)
          }
        }
        #expect(try node.count(.fragment) == (port == 80 ? 0 : 1))
      }
    }
  }

  @Test("Options and extension headers before it", arguments: Family.allCases)
  func extended(family: Family) throws {
    let node = try Node(family)
    try node.setService([(node.server, 8080)])
    let sent = opening(node, to: node.service).with {
      if family == .ipv4 {
        $0.options = [1, 1, 1, 1]
      } else {
        $0.options = [132, 0, 1, 4, 0, 0, 0, 0]
        $0.proto = 60
      }
    }
    let seen = sent.with { $0.destination = node.server }.ports(40000, 8080)
    #expect(try node.fromPod(sent).isRedirected(as: seen.delivered(to: MAC.server)))
  }

  @Test("A packet cut off anywhere in its headers is dropped", arguments: Family.allCases)
  func truncated(family: Family) throws {
    let node = try Node(family)
    let whole = opening(node, to: node.server)
    for length in 0..<20 {
      let cut = Array(whole.bytes.prefix(14 + family.headerLength + length))
      #expect(try node.fromPod(bytes: cut).verdict == .drop, "\(length)")
      let short = whole.with { $0.ipLength = UInt16((family == .ipv4 ? 20 : 0) + length) }
      #expect(try node.fromPod(short).verdict == .drop, "\(length)")
    }
    #expect(try node.tables.flowCount() == 0)
  }

  @Test("A router about a packet to a service: the client reads of the service", arguments: Family.allCases)
  func error(family: Family) throws {
    let node = try Node(family)
    try node.setService([(node.remotePod, 8080)])
    let first = opening(node, to: node.service)
    _ = try node.fromPod(first)
    func tooBig(_ packet: Packet) -> Packet {
      Packet(
        from: node.otherNode, to: packet.source,
        .icmp(ICMP(type: family == .ipv4 ? 3 : 2, code: family == .ipv4 ? 4 : 0, identifier: 0, sequence: 1400))
      ).with { $0.payload = packet.quote }
    }
    let seen = tooBig(first.with { $0.destination = node.remotePod }.ports(40000, 8080))
    let outcome = try node.fromFabric(seen)
    // The checksum of SCTP is beyond what is quoted.
    #expect(outcome.isRedirected(as: tooBig(first).delivered(to: MAC.client)))
    #expect(try node.count(.relatedError) == 1)
  }
}
