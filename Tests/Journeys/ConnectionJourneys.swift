import DataplaneABI
import Testing

/// How flows live on, change their way, and end.
@Suite("Connections", .enabled(if: Node.canRun, "needs root"))
struct ConnectionJourneys {
  private func established(_ node: Node, to destination: IP, _ port: UInt16) throws -> Packet {
    let syn = Packet.tcp(from: node.client, 40000, to: destination, port, TCP.syn)
    #expect(try node.fromPod(syn).verdict == .redirect)
    let flow = try #require(try node.flow(of: syn))
    let backend = flow.kind == .opener ? (flow.translated, flow.translatedPort) : (destination, port)
    let atBackend = Packet.tcp(from: node.client, 40000, to: backend.0, backend.1, TCP.syn)
    let interface = backend.0 == node.second ? node.interfaces.second : node.interfaces.server
    #expect(try node.fromPod(atBackend.answer(flags: TCP.syn | TCP.ack), at: interface).verdict == .redirect)
    #expect(try node.fromPod(syn.flags(TCP.ack)).verdict == .redirect)
    return syn
  }

  @Test("The entry remembers what each side sent", arguments: Family.allCases)
  func flags(family: Family) throws {
    let node = try Node(family)
    let syn = try established(node, to: node.server, 8080)
    let flow = try #require(try node.flow(of: syn))
    #expect(flow.leg.flags == [.synSeen, .ackSeen, .approved, .opener])
    #expect(flow.back.flags == [.synSeen, .ackSeen, .approved])
    #expect(flow.leg.packets == 2)
    #expect(flow.leg.bytes == UInt64(2 * syn.bytes.count))
    #expect(flow.back.packets == 1)
  }

  @Test("A SYN into a connection that lives changes nothing", arguments: Family.allCases)
  func strayingSYN(family: Family) throws {
    let node = try Node(family)
    let syn = try established(node, to: node.server, 8080)
    #expect(try node.fromPod(syn).verdict == .redirect)
    #expect(try node.flow(of: syn)?.leg.packets == 3)
    #expect(try node.count(.newFlow) == 1)
  }

  @Test("After both sides have finished, the same ports open a new connection", arguments: Family.allCases)
  func finished(family: Family) throws {
    let node = try Node(family)
    let syn = try established(node, to: node.server, 8080)
    _ = try node.fromPod(syn.flags(TCP.fin | TCP.ack))
    _ = try node.fromPod(syn)
    #expect(try node.flow(of: syn)?.leg.packets == 4, "half closed is not closed")
    _ = try node.fromServer(syn.answer(flags: TCP.fin | TCP.ack))
    #expect(try node.fromPod(syn).verdict == .redirect)
    let flow = try #require(try node.flow(of: syn))
    #expect(flow.leg.packets == 1)
    #expect(flow.leg.flags == [.synSeen, .approved, .opener])
    #expect(try node.count(.newFlow) == 2)
  }

  @Test("After a reset, too, whoever sent it", arguments: Family.allCases, [true, false])
  func reset(family: Family, byClient: Bool) throws {
    let node = try Node(family)
    let syn = try established(node, to: node.server, 8080)
    if byClient {
      _ = try node.fromPod(syn.flags(TCP.rst))
    } else {
      _ = try node.fromServer(syn.answer(flags: TCP.rst))
    }
    #expect(try node.fromPod(syn).verdict == .redirect)
    #expect(try node.flow(of: syn)?.leg.packets == 1)
  }

  @Test("A closed connection to a service chooses anew when its ports are used again", arguments: Family.allCases)
  func serviceFinished(family: Family) throws {
    let node = try Node(family)
    try node.setService([(node.server, 8080)])
    let syn = try established(node, to: node.service, 80)
    let atBackend = Packet.tcp(from: node.client, 40000, to: node.server, 8080, TCP.syn)
    _ = try node.fromPod(syn.flags(TCP.fin | TCP.ack))
    _ = try node.fromServer(atBackend.answer(flags: TCP.fin | TCP.ack))
    _ = try node.fromPod(syn.flags(TCP.ack))
    try node.setService([(node.second, 9090)])
    #expect(try node.fromPod(syn).verdict == .redirect)
    let flow = try #require(try node.flow(of: syn))
    #expect(flow.translated == node.second)
    #expect(flow.translatedPort == 9090)
    #expect(flow.leg.packets == 1)
    #expect(try node.flow(of: atBackend) == nil)
  }

  @Test("When the destination moves, its flows follow as soon as they are told, not before", arguments: Family.allCases)
  func moved(family: Family) throws {
    let node = try Node(family)
    let syn = try established(node, to: node.server, 8080)
    try node.setRoute(
      node.server,
      RouteEntry(flags: [.workload, .local], interface: node.interfaces.second, mac: MAC.second))
    let ack = syn.flags(TCP.ack)
    #expect(try node.fromPod(ack).isRedirected(as: ack.delivered(to: MAC.server)))
    try node.setGeneration(2)
    #expect(try node.fromPod(ack).isRedirected(as: ack.delivered(to: MAC.second)))
    #expect(try node.flow(of: ack)?.leg.interfaceIndex == node.interfaces.second)
    #expect(try node.flow(of: ack)?.leg.generation == 2)
  }

  @Test("When the backend of a service moves to another node, the connection follows", arguments: Family.allCases)
  func backendMoved(family: Family) throws {
    let node = try Node(family)
    try node.setService([(node.server, 8080)])
    let syn = try established(node, to: node.service, 80)
    try node.setRoute(
      node.server, RouteEntry(flags: [.workload], interface: node.interfaces.uplink, nextHop: node.otherNode))
    try node.setGeneration(2)
    let ack = syn.flags(TCP.ack)
    let onTheWire = ack.with {
      $0.destination = node.server
      $0.destinationPort = 8080
    }
    #expect(try node.fromPod(ack).isRedirected(as: onTheWire.forwarded()))
    #expect(try node.flow(of: ack)?.nextHop == node.otherNode)
  }

  @Test("A full conntrack table gives up old flows, and new ones go on", arguments: Family.allCases)
  func fullTable(family: Family) throws {
    let node = try Node(family)
    for port in 1...UInt16(6000) {
      #expect(try node.fromPod(.udp(from: node.client, port, to: node.server, 53)).verdict == .redirect)
    }
    #expect(try node.tables.flowCount() <= 4096)
    #expect(try node.drops() == 0)
  }
}
