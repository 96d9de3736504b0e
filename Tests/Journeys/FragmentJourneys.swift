import DataplaneABI
import Testing

/// Packets in pieces: the first has the ports, the others are recognised by what they have in common with it.
@Suite("Fragments", .enabled(if: Node.canRun, "needs root"))
struct FragmentJourneys {
  private func query(_ node: Node, to destination: IP, identification: UInt16 = 77) -> Packet {
    Packet.udp(from: node.client, 40000, to: destination, 80).with {
      $0.fragment = 0
      $0.identification = identification
      $0.payload = (0..<200).map { UInt8($0) }
    }
  }

  private func expect(_ node: Node, _ sent: Packet, becomes expected: Packet) throws {
    for (piece, seen) in zip(sent.pieces(first: 64), expected.pieces(first: 64)) {
      let outcome = try node.fromPod(bytes: piece)
      #expect(outcome.verdict == .redirect)
      #expect(outcome.bytes == seen)
    }
  }

  @Test("From pod to pod", arguments: Family.allCases)
  func plain(family: Family) throws {
    let node = try Node(family)
    let packet = query(node, to: node.server)
    try expect(node, packet, becomes: packet.delivered(to: MAC.server))
    #expect(try node.flow(of: packet)?.leg.packets == 2)
    #expect(try node.tables.flowCount() == 1)
  }

  @Test("To a service, and its answers", arguments: Family.allCases)
  func service(family: Family) throws {
    let node = try Node(family)
    try node.setService([(node.server, 5353)])
    let packet = query(node, to: node.service)
    let atBackend = packet.with { $0.destination = node.server }.ports(40000, 5353)
    try expect(node, packet, becomes: atBackend.delivered(to: MAC.server))
    let answer = atBackend.answer()
    let atClient = packet.answer()
    for (piece, seen) in zip(answer.pieces(first: 128), atClient.delivered(to: MAC.client).pieces(first: 128)) {
      #expect(try node.fromPod(bytes: piece, at: node.interfaces.server).bytes == seen)
    }
  }

  @Test("A long ping whose source is translated, and its reply from outside", arguments: Family.allCases)
  func ping(family: Family) throws {
    let node = try Node(family)
    try node.setRoute(
      node.client,
      RouteEntry(
        flags: [.workload, .local, .inPool, .natOutgoing], interface: node.interfaces.client, mac: MAC.client))
    let ping = Packet.icmp(from: node.client, to: node.stranger, type: family.echoRequest).with {
      $0.fragment = 0
      $0.payload = (0..<200).map { UInt8($0) }
    }
    let outcomes = try ping.pieces(first: 64).map { try node.fromPod(bytes: $0) }
    let identifier = try #require(try node.flow(of: ping)).becomes.sourcePort
    let outside = ping.with { $0.source = node.address }.ports(identifier, identifier)
    #expect(outcomes.map(\.bytes) == outside.pieces(first: 64))
    let reply = outside.answer()
    let atClient = ping.answer().delivered(to: MAC.client)
    #expect(
      try reply.pieces(first: 64).map { try node.fromFabric(bytes: $0).bytes } == atClient.pieces(first: 64))
  }

  @Test("Those that come before the first wait for it, and go on when it has come", arguments: Family.allCases)
  func early(family: Family) throws {
    let node = try Node(family)
    try node.setService([(node.server, 5353)])
    let packet = query(node, to: node.service).with { $0.payload = (0..<3000).map { UInt8(truncatingIfNeeded: $0) } }
    let atBackend = packet.with { $0.destination = node.server }.ports(40000, 5353).delivered(to: MAC.server)
    let pieces = packet.pieces(first: 1400)
    let early = try node.fromPod(bytes: pieces[1])
    #expect(early.verdict == .drop)
    #expect(try node.count(.fragmentHeld) == 1)
    // The first leaves as it is, although the others travelled in its buffer.
    let first = try node.fromPod(bytes: pieces[0])
    #expect(first.verdict == .redirect)
    #expect(first.bytes == atBackend.pieces(first: 1400)[0])
    // What the interface hands in again, the program knows now.
    let again = try node.fromPod(bytes: pieces[1])
    #expect(again.verdict == .redirect)
    #expect(again.bytes == atBackend.pieces(first: 1400)[1])
    #expect(try node.count(.fragmentHeld) == 1)
    #expect(try node.drops() == 0)
  }

  @Test("One whose first was dropped belongs to no flow", arguments: Family.allCases)
  func withoutFirst(family: Family) throws {
    let node = try Node(family)
    // No backend: the first piece opens nothing, and neither does the second.
    try node.setService([])
    for piece in query(node, to: node.service).pieces(first: 64) {
      #expect(try node.fromPod(bytes: piece).verdict == .drop)
    }
    #expect(try node.count(.noBackend) == 1)
    // It waits for one that opens a flow.
    #expect(try node.count(.fragmentHeld) == 1)
    #expect(try node.tables.flowCount() == 0)
  }

  @Test(
    "A piece of another packet with the same number, or from another pod, is not taken for its own",
    arguments: Family.allCases)
  func spoofed(family: Family) throws {
    let node = try Node(family)
    let pieces = query(node, to: node.server).pieces(first: 64)
    _ = try node.fromPod(bytes: pieces[0])
    #expect(try node.fromPod(bytes: pieces[1], at: node.interfaces.second).verdict == .drop)
    #expect(try node.count(.sourceNotAllowed) == 1)
  }

  @Test("Pieces for the host itself are the host's", arguments: Family.allCases)
  func forHost(family: Family) throws {
    let node = try Node(family)
    let packet = Packet.udp(from: node.stranger, 53, to: node.address, 40000).with {
      $0.fragment = 0
      $0.payload = [UInt8](repeating: 7, count: 200)
    }
    for piece in packet.pieces(first: 64) {
      let outcome = try node.fromFabric(bytes: piece)
      #expect(outcome.verdict == .next)
      #expect(outcome.bytes == piece)
    }
    #expect(try node.drops() == 0)
  }

  @Test(
    "A TCP header must be whole in the first piece, and no piece may reach into it (RFC 1858)",
    arguments: Family.allCases)
  func tinyFragments(family: Family) throws {
    let node = try Node(family)
    let syn = Packet.tcp(from: node.client, 40000, to: node.server, 80, TCP.syn).with { $0.fragment = 0 }
    let pieces = syn.pieces(first: 8)
    #expect(try node.fromPod(bytes: pieces[0]).verdict == .drop)
    #expect(try node.count(.truncated) == 1)
    #expect(try node.fromPod(bytes: pieces[1]).verdict == .drop)
    #expect(try node.count(.malformed) == 1)
  }
}
