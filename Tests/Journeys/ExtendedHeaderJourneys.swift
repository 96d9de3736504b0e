import DataplaneABI
import Testing

/// Headers between the fixed IP header and the transport's.
@Suite("Options and extension headers", .enabled(if: Node.canRun, "needs root"))
struct ExtendedHeaderJourneys {
  /// IPv4: NOPs and an end of options. IPv6: hop-by-hop options, then destination options of 16 bytes.
  private func extended(_ packet: Packet) -> Packet {
    packet.with {
      if $0.family == .ipv4 {
        $0.options = [1, 1, 1, 1, 1, 1, 1, 0]
      } else {
        $0.proto = 0
        $0.options = [60, 0, 1, 4, 0, 0, 0, 0] + [$0.transportProtocol, 1, 1, 12] + [UInt8](repeating: 0, count: 12)
      }
    }
  }

  @Test("From pod to pod, and back", arguments: Family.allCases)
  func plain(family: Family) throws {
    let node = try Node(family)
    let syn = extended(.tcp(from: node.client, 40000, to: node.server, 80, TCP.syn))
    #expect(try node.fromPod(syn).isRedirected(as: syn.delivered(to: MAC.server)))
    let answer = extended(syn.answer(flags: TCP.syn | TCP.ack))
    #expect(try node.fromServer(answer).isRedirected(as: answer.delivered(to: MAC.client)))
    #expect(try node.tables.flowCount() == 1)
  }

  @Test("To a service over TCP and UDP, mixed with packets that have none", arguments: Family.allCases)
  func service(family: Family) throws {
    let node = try Node(family)
    try node.setService([(node.server, 8080)])
    for first in [
      Packet.tcp(from: node.client, 40000, to: node.service, 80, TCP.syn),
      .udp(from: node.client, 40000, to: node.service, 80),
    ] {
      for packet in [extended(first), first, extended(first)] {
        let atBackend = packet.with { $0.destination = node.server }.ports(40000, 8080)
        #expect(try node.fromPod(packet).isRedirected(as: atBackend.delivered(to: MAC.server)))
        let answer = atBackend.answer(flags: TCP.syn | TCP.ack)
        let atClient = packet.answer(flags: TCP.syn | TCP.ack)
        #expect(try node.fromServer(answer).isRedirected(as: atClient.delivered(to: MAC.client)))
      }
    }
    #expect(try node.tables.flowCount() == 4)
  }

  @Test("A ping whose identifier is translated", arguments: Family.allCases)
  func ping(family: Family) throws {
    let node = try Node(family)
    try node.setRoute(
      node.client,
      RouteEntry(
        flags: [.workload, .local, .inPool, .natOutgoing], interface: node.interfaces.client, mac: MAC.client))
    let ping = extended(.icmp(from: node.client, to: node.stranger, type: family.echoRequest))
    let outcome = try node.fromPod(ping)
    let identifier = try #require(try node.flow(of: ping)).becomes.sourcePort
    #expect(outcome.isLeft(as: ping.with { $0.source = node.address }.ports(identifier, identifier)))
  }

  @Test("IPv6: up to eight headers are passed over, and no routing header that has somewhere to go")
  func limits() throws {
    let node = try Node(.ipv6)
    func packet(headers: Int) -> Packet {
      Packet.udp(from: node.client, 5000, to: node.server, 53).with {
        $0.proto = 60
        $0.options = (0..<headers).flatMap { [$0 == headers - 1 ? 17 : 60, 0, 1, 4, 0, 0, 0, 0] as [UInt8] }
      }
    }
    for headers in [1, 2, 7] { #expect(try node.fromPod(packet(headers: headers)).verdict == .redirect) }
    #expect(try node.fromPod(packet(headers: 9)).verdict == .drop)
    func routed(_ segmentsLeft: UInt8) -> Packet {
      packet(headers: 1).with {
        $0.proto = 43
        $0.options = [17, 0, 4, segmentsLeft, 0, 0, 0, 0]
      }
    }
    #expect(try node.fromPod(routed(0)).verdict == .redirect)
    #expect(try node.fromPod(routed(1)).verdict == .drop)
    #expect(try node.count(.unsupportedHeader) == 2)
  }

  @Test("IPv6: a header that claims to be longer than the packet is cut short")
  func truncated() throws {
    let node = try Node(.ipv6)
    for length in [UInt8(2), 30, 255] {
      let packet = Packet.udp(from: node.client, 5000, to: node.server, 53).with {
        $0.proto = 60
        $0.options = [17, length, 1, 4, 0, 0, 0, 0]
      }
      #expect(try node.fromPod(packet).verdict == .drop)
    }
    #expect(try node.drops() == 3)
  }
}
