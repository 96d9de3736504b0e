import DataplaneABI
import Testing

/// Pods of a pool with `natOutgoing` reach the world outside under their node's address.
@Suite("Source translation", .enabled(if: Node.canRun, "needs root"))
struct SourceTranslationJourneys {
  private func node(_ family: Family) throws -> Node {
    let node = try Node(family)
    try node.setRoute(
      node.client,
      RouteEntry(
        flags: [.workload, .local, .inPool, .natOutgoing], interface: node.interfaces.client, mac: MAC.client))
    return node
  }

  private func expectThereAndBack(_ node: Node, _ first: Packet, _ answer: (Packet) -> Packet) throws {
    let there = try node.fromPod(first)
    let flow = try #require(try node.flow(of: first))
    #expect(flow.becomes.source == node.address)
    #expect((20_000..<30_000).contains(flow.becomes.sourcePort))
    let outside = first.with { $0.source = node.address }.ports(flow.becomes.sourcePort, first.destinationPort)
    #expect(there.isLeft(as: outside))
    #expect(there.mark & 0x0100_0000 != 0)

    let back = answer(outside)
    let isEcho = first.sourcePort == first.destinationPort
    let atClient = back.with { $0.destination = node.client }
      .ports(isEcho ? first.sourcePort : back.sourcePort, first.sourcePort)
    #expect(try node.fromFabric(back).isRedirected(as: atClient.delivered(to: MAC.client)))
    #expect(try node.count(.sourceTranslated) == 1)
    #expect(try node.drops() == 0)
  }

  @Test("TCP to the world outside and back", arguments: Family.allCases)
  func tcp(family: Family) throws {
    let node = try node(family)
    let syn = Packet.tcp(from: node.client, 40000, to: node.stranger, 443, TCP.syn)
    try expectThereAndBack(node, syn) { $0.answer(flags: TCP.syn | TCP.ack) }
  }

  @Test("UDP to the world outside and back", arguments: Family.allCases)
  func udp(family: Family) throws {
    let node = try node(family)
    try expectThereAndBack(node, .udp(from: node.client, 40000, to: node.stranger, 53)) { $0.answer() }
  }

  @Test("A ping's identifier is its port", arguments: Family.allCases)
  func ping(family: Family) throws {
    let node = try node(family)
    try expectThereAndBack(node, .icmp(from: node.client, to: node.stranger, type: family.echoRequest)) {
      $0.answer()
    }
  }

  @Test("Two pings at once are told apart", arguments: Family.allCases)
  func twoPings(family: Family) throws {
    let node = try node(family)
    var identifiers: Set<UInt16> = []
    for identifier: UInt16 in [7, 8] {
      let ping = Packet(
        from: node.client, to: node.stranger, .icmp(ICMP(type: family.echoRequest, identifier: identifier)))
      _ = try node.fromPod(ping)
      let translated = try #require(try node.flow(of: ping)).becomes.sourcePort
      identifiers.insert(translated)
      let reply = Packet(
        from: node.stranger, to: node.address, .icmp(ICMP(type: family.echoReply, identifier: translated)))
      let atClient = Packet(
        from: node.stranger, to: node.client, .icmp(ICMP(type: family.echoReply, identifier: identifier)))
      #expect(try node.fromFabric(reply).isRedirected(as: atClient.delivered(to: MAC.client)))
    }
    #expect(identifiers.count == 2)
  }

  @Test("Pods, services and this node see a pod's own address", arguments: Family.allCases)
  func insideTheCluster(family: Family) throws {
    let node = try node(family)
    try node.setService([(node.server, 8080)])
    for destination in [node.server, node.remotePod, node.service, node.address] {
      let syn = Packet.tcp(from: node.client, 40000, to: destination, 80, TCP.syn)
      #expect(try node.fromPod(syn).verdict != .drop)
    }
    #expect(try node.count(.sourceTranslated) == 0)
  }

  @Test("Another node sees this one's address, unless hosts are excluded", arguments: Family.allCases)
  func otherNodes(family: Family) throws {
    let node = try node(family)
    _ = try node.fromPod(.tcp(from: node.client, 40000, to: node.otherNode, 80, TCP.syn))
    #expect(try node.count(.sourceTranslated) == 1)
    try node.setState { $0.flags = .natExcludesHosts }
    _ = try node.fromPod(.tcp(from: node.client, 40001, to: node.otherNode, 80, TCP.syn))
    #expect(try node.count(.sourceTranslated) == 1)
  }

  @Test("A pod of a pool without `natOutgoing` keeps its address", arguments: Family.allCases)
  func withoutOption(family: Family) throws {
    let node = try Node(family)
    let syn = Packet.tcp(from: node.client, 40000, to: node.stranger, 443, TCP.syn)
    #expect(try node.fromPod(syn).isLeft(as: syn))
  }

  @Test("When every port is taken a new flow is dropped, and says so; the others go on", arguments: Family.allCases)
  func exhausted(family: Family) throws {
    let node = try node(family)
    try node.setState { $0.sourcePorts = PortRange(first: 20_000, count: 20) }
    let packets = (1...UInt16(21)).map { Packet.udp(from: node.client, $0, to: node.stranger, 53) }
    for packet in packets.prefix(20) { #expect(try node.fromPod(packet).verdict == .next) }
    #expect(try node.fromPod(packets[20]).verdict == .drop)
    #expect(try node.count(.sourcePortsExhausted) == 1)
    for packet in packets.prefix(20) { #expect(try node.fromPod(packet).verdict == .next) }
    // Ports are scarce for one destination only.
    #expect(try node.fromPod(.udp(from: node.client, 21, to: node.stranger, 54)).verdict == .next)
    let ports = try packets.prefix(20).map { try #require(try node.flow(of: $0)).becomes.sourcePort }
    #expect(Set(ports).count == 20)
  }

  @Test("A node without an address drops what it cannot translate, and says so", arguments: Family.allCases)
  func noAddress(family: Family) throws {
    let node = try node(family)
    try node.setState {
      $0.address4 = .any
      $0.address6 = .any
    }
    #expect(try node.fromPod(.udp(from: node.client, 1, to: node.stranger, 53)).verdict == .drop)
    #expect(try node.count(.noNodeAddress) == 1)
  }

  @Test("A port that a socket of the host has is not given to a flow", arguments: Family.allCases)
  func hostSockets(family: Family) throws {
    let node = try node(family)
    try node.setState { $0.sourcePorts = PortRange(first: 20_000, count: 2) }
    let socket = try BoundSocket(port: 20_001, family, in: node.interfaces.namespace)
    for port in 1...UInt16(2) { _ = try node.fromPod(.udp(from: node.client, port, to: node.stranger, port)) }
    for port in 1...UInt16(2) {
      let flow = try #require(try node.flow(of: .udp(from: node.client, port, to: node.stranger, port)))
      #expect(flow.becomes.sourcePort == 20_000)
    }
    withExtendedLifetime(socket) {}
  }

  @Test(
    "`defaultEndpointToHostAction: Drop` keeps pods from their node, by its address or a service",
    arguments: Family.allCases)
  func endpointToHost(family: Family) throws {
    let node = try node(family)
    try node.setState { $0.flags = .dropEndpointToHost }
    try node.setService([(node.address, 6443)])
    #expect(try node.fromPod(.tcp(from: node.client, 1, to: node.address, 22, TCP.syn)).verdict == .drop)
    #expect(try node.fromPod(.tcp(from: node.client, 2, to: node.service, 80, TCP.syn)).verdict == .drop)
    #expect(try node.count(.endpointToHost) == 2)
    // What the host begins, the pod may answer.
    let probe = Packet.tcp(from: node.address, 3, to: node.client, 80, TCP.syn)
    #expect(try node.fromHost(probe).verdict == .next)
    #expect(try node.fromPod(probe.answer(flags: TCP.syn | TCP.ack)).verdict == .next)
  }
}
