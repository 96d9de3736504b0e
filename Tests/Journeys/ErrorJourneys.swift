import DataplaneABI
import Testing

/// ICMP errors reach who sent the packet they are about, and quote it as that sender knows it.
@Suite("ICMP errors", .enabled(if: Node.canRun, "needs root"))
struct ErrorJourneys {
  /// The flows that errors are told about: TCP has its checksum beyond the quote, UDP within.
  static let flows: [(Family, Bool)] = Family.allCases.flatMap { [($0, false), ($0, true)] }

  private func opening(_ isUDP: Bool, from source: IP, to destination: IP, _ port: UInt16 = 80) -> Packet {
    isUDP
      ? .udp(from: source, 40000, to: destination, port) : .tcp(from: source, 40000, to: destination, port, TCP.syn)
  }

  /// "Too big", as somebody on the way says it to who sent `packet`.
  private func error(from sender: IP, about packet: Packet, to receiver: IP? = nil) -> Packet {
    Packet(
      from: sender, to: receiver ?? packet.source,
      .icmp(
        ICMP(type: packet.family == .ipv4 ? 3 : 2, code: packet.family == .ipv4 ? 4 : 0, identifier: 0, sequence: 1400))
    ).with { $0.payload = packet.quote }
  }

  @Test("A router about a packet to a service: the client reads of the service", arguments: flows)
  func fromRouter(family: Family, isUDP: Bool) throws {
    let node = try Node(family)
    try node.setService([(node.remotePod, 8080)])
    let first = opening(isUDP, from: node.client, to: node.service)
    _ = try node.fromPod(first)
    let onTheWire = first.with { $0.destination = node.remotePod }.ports(40000, 8080)
    let seen = error(from: node.otherNode, about: onTheWire)
    let expected = error(from: node.otherNode, about: first)
    #expect(try node.fromFabric(seen).isRedirected(as: expected.delivered(to: MAC.client)))
    #expect(try node.count(.relatedError) == 1)
  }

  @Test("The backend itself refuses: the client hears it from the service", arguments: flows)
  func fromBackend(family: Family, isUDP: Bool) throws {
    let node = try Node(family)
    try node.setService([(node.server, 8080)])
    let first = opening(isUDP, from: node.client, to: node.service)
    _ = try node.fromPod(first)
    let atBackend = first.with { $0.destination = node.server }.ports(40000, 8080)
    let refusal = error(from: node.server, about: atBackend)
    let expected = error(from: node.service, about: first)
    #expect(try node.fromServer(refusal).isRedirected(as: expected.delivered(to: MAC.client)))
  }

  @Test("The client about an answer: the backend hears it, about what it sent", arguments: flows)
  func fromClient(family: Family, isUDP: Bool) throws {
    let node = try Node(family)
    try node.setService([(node.server, 8080)])
    let first = opening(isUDP, from: node.client, to: node.service)
    _ = try node.fromPod(first)
    let atBackend = first.with { $0.destination = node.server }.ports(40000, 8080)
    let answer = atBackend.answer(flags: TCP.syn | TCP.ack)
    _ = try node.fromServer(answer)
    let atClient = first.answer(flags: TCP.syn | TCP.ack)
    let complaint = error(from: node.client, about: atClient)
    let expected = error(from: node.client, about: answer)
    #expect(try node.fromPod(complaint).isRedirected(as: expected.delivered(to: MAC.server)))
  }

  @Test("A router outside about a flow whose source is translated: its pod hears it", arguments: flows)
  func outside(family: Family, isUDP: Bool) throws {
    let node = try Node(family)
    try node.setRoute(
      node.client,
      RouteEntry(
        flags: [.workload, .local, .inPool, .natOutgoing], interface: node.interfaces.client, mac: MAC.client))
    let first = opening(isUDP, from: node.client, to: node.stranger)
    _ = try node.fromPod(first)
    let port = try #require(try node.flow(of: first)).becomes.sourcePort
    let outside = first.with { $0.source = node.address }.ports(port, 80)
    let router = family.pick("198.51.100.1", "2001:db8:1::1")
    let expected = error(from: router, about: first)
    #expect(
      try node.fromFabric(error(from: router, about: outside)).isRedirected(as: expected.delivered(to: MAC.client)))
  }

  @Test("About a ping whose identifier is translated", arguments: Family.allCases)
  func ping(family: Family) throws {
    let node = try Node(family)
    try node.setRoute(
      node.client,
      RouteEntry(
        flags: [.workload, .local, .inPool, .natOutgoing], interface: node.interfaces.client, mac: MAC.client))
    let ping = Packet.icmp(from: node.client, to: node.stranger, type: family.echoRequest)
    _ = try node.fromPod(ping)
    let identifier = try #require(try node.flow(of: ping)).becomes.sourcePort
    let outside = ping.with { $0.source = node.address }.ports(identifier, identifier)
    let expected = error(from: node.stranger, about: ping)
    #expect(
      try node.fromFabric(error(from: node.stranger, about: outside)).isRedirected(
        as: expected.delivered(to: MAC.client)))
  }

  @Test("The host stack's own errors are translated on their way to the pod", arguments: flows)
  func fromHost(family: Family, isUDP: Bool) throws {
    let node = try Node(family)
    try node.setService([(node.server, 8080)])
    let first = opening(isUDP, from: node.client, to: node.service).with { $0.ttl = 1 }
    let left = try node.fromPod(first)
    #expect(left.verdict == .next)
    let quoted = first.with { $0.destination = node.server }.ports(40000, 8080)
    #expect(
      try node.fromHost(error(from: node.address, about: quoted)).isLeft(as: error(from: node.address, about: first)))
  }

  @Test("Of a plain flow they go the way of its packets, unchanged", arguments: flows)
  func plain(family: Family, isUDP: Bool) throws {
    let node = try Node(family)
    let first = opening(isUDP, from: node.client, to: node.remotePod)
    _ = try node.fromPod(first)
    let router = error(from: node.otherNode, about: first)
    #expect(try node.fromFabric(router).isRedirected(as: router.delivered(to: MAC.client)))
  }

  @Test("A pod cannot make one in another's name, nor about a flow that is not its own", arguments: Family.allCases)
  func spoofed(family: Family) throws {
    let node = try Node(family)
    let first = Packet.tcp(from: node.client, 40000, to: node.server, 80, TCP.syn)
    _ = try node.fromPod(first)
    #expect(try node.fromPod(error(from: node.server, about: first), at: node.interfaces.second).verdict == .drop)
    #expect(try node.count(.sourceNotAllowed) == 1)
    // It quotes somebody else's packet: not an answer to anything that its receiver sent.
    let stray = error(from: node.second, about: first, to: node.server)
    #expect(try node.fromPod(stray, at: node.interfaces.second).isLeft(as: stray))
  }

  @Test("A quote that is cut short, or of a later fragment, is left to the host", arguments: Family.allCases)
  func unreadable(family: Family) throws {
    let node = try Node(family)
    try node.setService([(node.remotePod, 8080)])
    let first = Packet.udp(from: node.client, 40000, to: node.service, 80)
    _ = try node.fromPod(first)
    let onTheWire = first.with { $0.destination = node.remotePod }.ports(40000, 8080)
    let whole = error(from: node.otherNode, about: onTheWire)
    for length in [0, 1, family.headerLength - 1, family.headerLength, family.headerLength + 7] {
      let cut = whole.with { $0.payload = Array($0.payload.prefix(length)) }
      #expect(try node.fromFabric(cut).isLeft(as: cut))
    }
    if family == .ipv4 {
      let later = error(from: node.otherNode, about: onTheWire.with { $0.fragment = 0x00b9 })
      #expect(try node.fromFabric(later).isLeft(as: later))
    }
  }
}

extension Packet {
  /// As much of the packet as errors quote at least: the IP header and 8 bytes (RFC 792).
  var quote: [UInt8] { Array(bytes[14..<14 + family.headerLength + 8]) }

  /// The same with other ports, or with another identifier.
  func ports(_ source: UInt16, _ destination: UInt16) -> Packet {
    with {
      if case .icmp(var icmp) = $0.transport {
        icmp.identifier = source
        $0.transport = .icmp(icmp)
      } else {
        $0.sourcePort = source
        $0.destinationPort = destination
      }
    }
  }
}
