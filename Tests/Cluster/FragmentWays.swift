import DataplaneABI
import Foundation
import Netlink
import Testing

@testable import Lab

extension RealTraffic.Fragments {
  private static let clientPort: UInt16 = 5994
  private static let servicePort: UInt16 = 5995
  private static let serverPort: UInt16 = 5999

  /// The very first datagram comes last piece first: its flow opens while the others wait.
  private static let orders = [[3, 2, 1, 0], [0, 1, 2, 3], [1, 3, 0, 2], [2, 0, 3, 1]]

  /// How many pieces come before the first one, in all orders together.
  private static let heldInAll = UInt64(3 + 0 + 2 + 1)

  @Test("through a service, in any order there and back, with a backend on the own and on another node")
  func service() async throws {
    let client = try TestLab.record("client-pod")
    let servers = try ["web-1", "web-2", "web-3"].map { try TestLab.record($0) }
    let own = try #require(servers.first { $0.node == client.node })
    let other = try #require(servers.first { $0.node != client.node })
    for (name, server) in [("pieces-own", own), ("pieces-other", other)] {
      do {
        try await Self.converse(client, server, through: name)
      } catch {
        try? await Self.remove(name, server)
        throw error
      }
      try await Self.remove(name, server)
    }
  }

  private static func converse(_ client: PodRecord, _ server: PodRecord, through name: String) async throws {
    #expect(try await TestLab.kubectl("label", "pod", server.pod.name, "pieces=\(name)", "--overwrite").code == 0)
    #expect(try await TestLab.apply(manifest(name)).code == 0)
    for (family, service) in try await TestLab.addresses(of: name).enumerated() {
      let source = client.addresses[family]
      try await TestLab.eventually("\(name) has its backend") { try knows(service, client.node) }
      let exchange = FragmentExchange(
        client: try PacketSocket(in: client.namespace), server: try PacketSocket(in: server.namespace),
        clientEnd: try DatagramSocket(in: client.namespace, isIPv6: family == 1, port: clientPort),
        serverEnd: try DatagramSocket(in: server.namespace, isIPv6: family == 1, port: serverPort),
        source: source, dialled: service, dialledPort: servicePort)
      try converse(exchange, at: server.addresses[family], on: client.node, seenAs: source)
    }
  }

  private static func remove(_ name: String, _ server: PodRecord) async throws {
    #expect(try await TestLab.kubectl("delete", "service", name).code == 0)
    #expect(try await TestLab.kubectl("label", "pod", server.pod.name, "pieces-").code == 0)
  }

  @Test("to the world outside and back, in any order, with a translated source")
  func natOutgoing() async throws {
    let client = try TestLab.record("client-pod")
    let (node, outside) = (
      try #require(try TestLab.topology().node(named: client.node)).host, try TestLab.topology().client
    )
    let nodeMAC = try PacketSocket(in: node.namespace).hardwareAddress
    for family in [0, 1] {
      let exchange = FragmentExchange(
        client: try PacketSocket(in: client.namespace), server: try PacketSocket(in: outside.namespace, to: nodeMAC),
        clientEnd: try DatagramSocket(in: client.namespace, isIPv6: family == 1, port: Self.clientPort),
        serverEnd: try DatagramSocket(in: outside.namespace, isIPv6: family == 1, port: Self.serverPort),
        source: client.addresses[family], dialled: outside.addresses[family].address, dialledPort: Self.serverPort)
      let server = outside.addresses[family].address
      try Self.converse(exchange, at: server, on: client.node, seenAs: node.addresses[family].address)
    }
  }

  /// A datagram and its answer in each order, and what the client's node has counted of them.
  private static func converse(
    _ exchange: FragmentExchange, at server: InetAddress, on node: String, seenAs source: InetAddress
  ) throws {
    let interface = try TestLab.interface(of: "client-pod")
    let before = try TestLab.counters(on: node, interface: interface)
    for (number, order) in orders.enumerated() {
      let seen = try #require(try exchange.ask(number, order, from: clientPort), "\(order)")
      #expect(seen.address == source)
      try exchange.answer(number, order, from: server, serverPort, to: seen)
    }
    let after = try TestLab.counters(on: node, interface: interface)
    #expect(after[.fragmentHeld] - before[.fragmentHeld] == heldInAll)
    #expect(after[.fragment] == before[.fragment])
  }

  private static func knows(_ service: InetAddress, _ node: String) throws -> Bool {
    if let address = service.bytes.count == 4 ? service.bytes : nil {
      let key = FrontendKey(
        address: IPv4Address(address[0], address[1], address[2], address[3]), port: BigEndian16(servicePort), proto: 17)
      let frontends = try TestLab.map(MapName.frontends4, on: node, FrontendKey<IPv4Address>.self, Frontend.self)
      return try frontends.lookUp(key)?.count == 1
    }
    let address = service.bytes.withUnsafeBytes { $0.loadUnaligned(as: IPv6Address.self) }
    let key = FrontendKey(address: address, port: BigEndian16(servicePort), proto: 17)
    let frontends = try TestLab.map(MapName.frontends6, on: node, FrontendKey<IPv6Address>.self, Frontend.self)
    return try frontends.lookUp(key)?.count == 1
  }

  private static func manifest(_ name: String) -> String {
    """
    apiVersion: v1
    kind: Service
    metadata: {name: \(name)}
    spec:
      ipFamilyPolicy: RequireDualStack
      selector: {pieces: \(name)}
      ports: [{port: \(servicePort), targetPort: \(serverPort), protocol: UDP}]
    """
  }
}

/// Datagrams in pieces from one place to another, and back.
private struct FragmentExchange {
  /// Where pieces are made, and where whole datagrams arrive.
  let client: PacketSocket
  let server: PacketSocket
  let clientEnd: DatagramSocket
  let serverEnd: DatagramSocket
  let source: InetAddress
  let dialled: InetAddress
  let dialledPort: UInt16

  private static func payload(_ number: Int) -> [UInt8] {
    (0..<4000).map { UInt8(truncatingIfNeeded: $0 &* (number + 3)) }
  }

  /// Who the server saw; nil if it did not get the whole.
  func ask(_ number: Int, _ order: [Int], from port: UInt16) throws -> (address: InetAddress, port: UInt16)? {
    let datagram = FragmentedDatagram(
      source: source.bytes, destination: dialled.bytes, sourcePort: port, destinationPort: dialledPort,
      identification: UInt16(100 + number), payload: Self.payload(number))
    try Self.send(datagram, order, out: client)
    guard let received = serverEnd.receiveFrom(), received.bytes == datagram.payload else { return nil }
    return (received.address, received.port)
  }

  func answer(
    _ number: Int, _ order: [Int], from server: InetAddress, _ port: UInt16,
    to peer: (address: InetAddress, port: UInt16)
  ) throws {
    let datagram = FragmentedDatagram(
      source: server.bytes, destination: peer.address.bytes, sourcePort: port, destinationPort: peer.port,
      identification: UInt16(200 + number), payload: Self.payload(number + 7))
    try Self.send(datagram, order, out: self.server)
    let received = clientEnd.receiveFrom()
    let isWhole = received?.bytes == datagram.payload
    #expect(isWhole, "an answer of \(server) in the order \(order)")
    #expect(received?.address == dialled && received?.port == dialledPort)
  }

  private static func send(_ datagram: FragmentedDatagram, _ order: [Int], out socket: PacketSocket) throws {
    let pieces = datagram.pieces(size: 1208)
    for index in order { try socket.send(pieces[index]) }
  }
}
