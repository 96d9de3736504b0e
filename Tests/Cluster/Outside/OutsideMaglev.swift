import DataplaneABI
import Foundation
import Netlink
import Testing

@testable import Lab

/// Nodes that lead to a service by a Maglev table are lost, and others go on.
extension RealTraffic.Outside {
  @Test(
    "the node that streams come by is cut off and the client's route moved: they go on by another, and no byte is lost",
    arguments: [Mode.direct, .tunnel], [0, 1])
  func ingressLost(mode: Mode, family: Int) async throws {
    try await Self.with(mode) {
      try await Self.withTable(by: 3, family) { cluster, address in
        let servers = [
          try EchoServer(1, in: cluster.here.namespace, port: OutsideCluster.serverPort),
          try EchoServer(2, in: cluster.there.namespace, port: OutsideCluster.serverPort),
        ]
        defer { for server in servers { server.stop() } }
        // node1 is the own node of the one's backend, and passes the others on to node2.
        let streams = try Self.streams(cluster, address, each: 2)
        // Without a table, by the same node to node2.
        let other = Front.there.balancer[family]
        try await Self.lead(other, by: cluster.node(3, family))
        let plain = try ClientSocket(.tcp, in: cluster.client.namespace, isIPv6: family == 1, limit: 1)
        #expect(plain.connect(to: other, OutsideCluster.servicePort) && plain.receive() == [2])
        let before = try Self.takenOver()
        async let outcomes = Self.run(streams)
        try await Task.sleep(for: .milliseconds(600))
        #expect(streams.allSatisfy { 0.05..<0.95 ~= $0.progress }, "\(streams.map(\.progress))")
        do {
          try Self.plug(cluster.nodes[2], isIn: false)
          for address in [address, other] { try await Self.lead(address, by: cluster.node(1, family)) }
          #expect(await outcomes == streams.map { _ in true }, "\(streams.map(\.progress))")
          #expect(plain.send([1]) == 0 && plain.receive() == nil)
        } catch {
          try? Self.plug(cluster.nodes[2], isIn: true)
          throw error
        }
        try Self.plug(cluster.nodes[2], isIn: true)
        // Node1 had never seen those of node2's.
        #expect(try Self.takenOver() >= before + 2)
      }
    }
  }

  @Test(
    "datagrams of one socket get to one backend by whatever node, and each node has the same table", arguments: [0, 1])
  func sameTable(family: Int) async throws {
    try await OutsideCluster.withServers { cluster, _ in
      try await Self.withTable(by: 3, family) { cluster, address in
        let sockets = try (0..<12).map { _ in
          try ClientSocket(.udp, in: cluster.client.namespace, isIPv6: family == 1, limit: 2)
        }
        for socket in sockets { #expect(socket.connect(to: address, OutsideCluster.servicePort)) }
        let first = sockets.map { $0.ask() }
        #expect(Set(first) == ["outside-here", "outside-there"])
        for node in [1, 2, 3] {
          try await Self.lead(address, by: cluster.node(node, family))
          #expect(sockets.map { $0.ask() } == first, "by node\(node)")
        }
      }
    }
  }

  /// The client's way to the service is by that node while `body` runs, and all nodes know its table.
  private static func withTable(
    by node: Int, _ family: Int, _ body: (OutsideCluster, InetAddress) async throws -> Void
  ) async throws {
    let cluster = try OutsideCluster()
    let address = Front.maglev.balancer[family]
    try await TestLab.eventually("all nodes have the same table") {
      let tables = try cluster.nodes.map { host in
        family == 0
          ? try table(Front.maglev, IPv4Address.self, (MapName.frontends4, MapName.maglev4), on: host.name)
          : try table(Front.maglev, IPv6Address.self, (MapName.frontends6, MapName.maglev6), on: host.name)
      }
      return tables[0].count == 503 && Set(tables[0]).count == 2 && Set(tables).count == 1
    }
    try await lead(address, by: cluster.node(node, family))
    let removal = [address, Front.there.balancer[family]].map { "ip route del \($0) || true" }.joined(separator: "\n")
    do {
      try await body(cluster, address)
    } catch {
      try? await TestLab.runScript(in: "client", removal)
      throw error
    }
    try await TestLab.runScript(in: "client", removal)
  }

  /// The addresses of the load balancer's slots, as text.
  private static func table<Address: TextualIPAddress>(
    _ front: Front, _: Address.Type, _ maps: (frontends: String, slots: String), on node: String
  ) throws -> [String] {
    let texts = front.balancer.map { "\($0)" }
    guard let address = texts.lazy.compactMap({ Address($0) }).first else { return [] }
    let key = FrontendKey(
      address: address, port: BigEndian16(OutsideCluster.servicePort), proto: IPProtocolNumber.tcp)
    guard let frontend = try TestLab.map(maps.frontends, on: node, FrontendKey<Address>.self, Frontend.self).lookUp(key)
    else { return [] }
    let slots = try TestLab.map(maps.slots, on: node, BackendKey.self, Backend<Address>.self)
    return try (0..<UInt32(frontend.maglevSlots)).compactMap {
      try slots.lookUp(BackendKey(id: frontend.id, ordinal: $0)).map { "\($0.address)" }
    }
  }

  private static func lead(_ address: InetAddress, by node: InetAddress) async throws {
    try await TestLab.runScript(in: "client", "ip route replace \(address) via \(node)")
  }

  /// So many to each of the two backends.
  private static func streams(
    _ cluster: OutsideCluster, _ address: InetAddress, each count: Int
  ) throws -> [EchoStream] {
    var streams: [EchoStream] = []
    for _ in 0..<60 where streams.count < 2 * count {
      let stream = try EchoStream(in: cluster.client.namespace, to: address, OutsideCluster.servicePort)
      if streams.count(where: { $0.greeting == stream.greeting }) < count { streams.append(stream) }
    }
    #expect(streams.count == 2 * count)
    return streams
  }

  private static func run(_ streams: [EchoStream]) async -> [Bool] {
    await withTaskGroup(of: (Int, Bool).self) { group in
      for (number, stream) in streams.enumerated() { group.addTask { (number, await stream.run()) } }
      return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }.sorted { $0.key < $1.key }.map(\.value)
    }
  }

  /// By node1, so far.
  private static func takenOver() throws -> UInt64 { try TestLab.counters(on: "node1")[.takenOver] }
}
