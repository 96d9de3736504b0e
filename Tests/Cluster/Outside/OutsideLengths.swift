import DataplaneABI
import Foundation
import Netlink
import Testing

@testable import Lab

/// What tunnels take of the length of packets.
extension RealTraffic.Outside {
  /// The headers that a tunnel puts before a packet.
  private static func overhead(_ family: Int) -> Int { family == 0 ? 50 : 70 }

  /// Runs `body` with all links of the fabric as long as that.
  private static func withLinks(of mtu: UInt16, _ body: () async throws -> Void) async throws {
    do {
      try await setLinks(mtu)
      try await body()
    } catch {
      try? await setLinks(1500)
      throw error
    }
    try await setLinks(1500)
  }

  private static func setLinks(_ mtu: UInt16) async throws {
    let topology = try TestLab.topology()
    let hosts = topology.nodes.map(\.host.name) + ["client"]
    for host in hosts {
      try await TestLab.runScript(
        in: host, "ip link set eth0 mtu \(mtu)\nip route flush cache\nip -6 route flush cache")
    }
    try await forgetLengths()
    let key = try #require(RouteKey<IPv4Address>("10.65.2.0/24"))
    let key6 = try #require(RouteKey<IPv6Address>("fd65:0:0:2::/64"))
    try await TestLab.eventually("the routes have an MTU of \(mtu)") {
      let routes = try TestLab.map(MapName.routes4, on: "node1", RouteKey<IPv4Address>.self, Route<IPv4Address>.self)
      let routes6 = try TestLab.map(MapName.routes6, on: "node1", RouteKey<IPv6Address>.self, Route<IPv6Address>.self)
      return try routes.lookUp(key)?.mtu == mtu && routes6.lookUp(key6)?.mtu == mtu
    }
  }

  /// Transfers of each kind, one after the other: `APUS_MEASURE=1` has enough of them for a figure.
  private static let rounds = getenv("APUS_MEASURE") == nil ? 3 : 25

  private static func forgetLengths() async throws {
    for place in ["outside-asking", "outside-there", "node2"] {
      try await TestLab.runScript(in: place, "ip route flush cache\nip -6 route flush cache")
    }
  }

  @Test(
    "50 MB through a tunnel, each way: whole, without a stall, not half as fast as from pod to pod at worst",
    arguments: [UInt16(1500), 1472], [0, 1])
  func bulk(mtu: UInt16, family: Int) async throws {
    let cluster = try OutsideCluster()
    let transfer = BulkTransfer()
    let listener = try BulkListener(in: cluster.there.namespace, port: OutsideCluster.serverPort)
    try await Self.withLinks(of: mtu) {
      for direction in BulkTransfer.Direction.allCases {
        var (tunnelled, plain): ([Double], [Double]) = ([], [])
        var repeated: [(tunnelled: UInt32, plain: UInt32)] = []
        for _ in 1...Self.rounds {
          let outside = try await transfer.run(
            direction, from: cluster.client.namespace, to: cluster.node(1, family), Front.there.nodePort,
            servedBy: listener)
          #expect(outside.isWhole, "\(direction)")
          let pods = try await transfer.run(
            direction, from: cluster.asking.namespace, to: cluster.there.addresses[family], OutsideCluster.serverPort,
            servedBy: listener)
          #expect(pods.isWhole, "\(direction), from pod to pod")
          tunnelled.append(outside.speed)
          plain.append(pods.speed)
          repeated.append((outside.repeated, pods.repeated))
        }
        let ratio = tunnelled.sorted()[Self.rounds / 2] / plain.sorted()[Self.rounds / 2]
        let (fast, slow) = (tunnelled.map { Int($0) }, plain.map { Int($0) })
        print(
          "50 MB, MTU \(mtu), IPv\(family == 0 ? 4 : 6), \(direction): tunnel \(fast) Mbit/s, \(repeated.map(\.tunnelled)) segments "
            + "again, pod to pod \(slow), \(repeated.map(\.plain)) again; \(ratio)")
        #expect(ratio >= 0.5)
      }
    }
  }

  @Test(
    "who sends what a tunnel does not take is told what does: a client outside, and a pod or a host that answers",
    arguments: [UInt16(1500), 1472])
  func pathMTU(mtu: UInt16) async throws {
    let cluster = try OutsideCluster()
    // What a host learns of a length it forgets only with time, and programs ask it for lengths.
    try await Self.setMemory(seconds: 1)
    try await Self.withLinks(of: mtu) {
      for family in [0, 1] {
        let fits = Int(mtu) - Self.overhead(family)
        for backend in [Backend.pod(cluster, family), .host(cluster, family)] {
          let port = try Self.tellsClient(cluster, backend, mtu: Int(mtu), fits: fits)
          try Self.tellsBackend(cluster, backend, fits: fits, toldBy: cluster.node(2, family), clientPort: port)
          try await TestLab.runScript(in: "client", "ip route flush cache\nip -6 route flush cache")
        }
      }
    }
    try await Task.sleep(for: .seconds(1.2))
    try await Self.setMemory(seconds: 600)
  }

  private static func setMemory(seconds: Int) async throws {
    try await TestLab.runScript(in: "node2", "echo \(seconds) >/proc/sys/net/ipv4/route/mtu_expires")
  }

  @Test("with DSR a pod whose answer is too long for its node's link is told so by that node")
  func pathMTUDirect() async throws {
    let cluster = try OutsideCluster()
    try await Self.with(.direct) {
      try await Self.withLinks(of: 1472) {
        for family in [0, 1] {
          let pod = Backend.pod(cluster, family)
          let port = try Self.tellsClient(cluster, pod, mtu: 1472, fits: 1472 - Self.overhead(family))
          try Self.tellsBackend(cluster, pod, fits: 1472, toldBy: cluster.node(2, family), clientPort: port)
        }
      }
    }
  }

  @Test("a pod is told of a length that only its host has learned: with DSR, the stack would have passed its answer on")
  func pathMTULearned() async throws {
    let cluster = try OutsideCluster()
    // What is learned of a route goes with it.
    let ways = cluster.client.addresses.map(\.address)
    func run(_ verb: String) async throws {
      let commands = ways.map { "ip route \(verb) \($0) dev eth0" }
      try await TestLab.runScript(in: "node2", commands.joined(separator: "\n"))
    }
    try await run("replace")
    do {
      for family in [0, 1] {
        let host = Backend.host(cluster, family)
        try Self.tellsBackend(
          cluster, host, fits: 1500 - Self.overhead(family), toldBy: cluster.node(2, family),
          clientPort: try Self.open(cluster, host))
      }
      try await Self.with(.direct) {
        for family in [0, 1] {
          let pod = Backend.pod(cluster, family)
          try Self.tellsBackend(
            cluster, pod, fits: 1500 - Self.overhead(family), toldBy: cluster.node(2, family),
            clientPort: try Self.open(cluster, pod))
        }
      }
    } catch {
      try? await run("del")
      throw error
    }
    try await run("del")
    try await Self.forgetLengths()
  }

  @Test(
    "the way on from the node that was asked is shorter than the tunnel: that node tells a pod and a host that answer, and streams go on"
  )
  func pathMTUBeyond() async throws {
    let cluster = try OutsideCluster()
    try await Self.setMemory(seconds: 1)
    do {
      for family in [0, 1] { try await Self.answersOverShortWay(cluster, family) }
    } catch {
      try? await Self.setWay(nil)
      throw error
    }
    try await Self.setWay(nil)
    try await Task.sleep(for: .seconds(1.2))
    try await Self.setMemory(seconds: 600)
  }

  private static func answersOverShortWay(_ cluster: OutsideCluster, _ family: Int) async throws {
    try await setWay(1300)
    for backend in [Backend.pod(cluster, family), .host(cluster, family)] {
      let port = try open(cluster, backend)
      // Out of the tunnel the host gets it by a program, which nobody can watch.
      let teller: InetAddress? = backend.front == .host ? nil : cluster.node(1, family)
      try tellsBackend(cluster, backend, length: 1400, fits: 1300, toldBy: teller, clientPort: port)
      try await Task.sleep(for: .seconds(1.2))
      try await forgetLengths()
    }
    let listener = try BulkListener(in: cluster.there.namespace, port: OutsideCluster.serverPort)
    let stream = try await BulkTransfer().run(
      .toClient, from: cluster.client.namespace, to: cluster.node(1, family), Front.there.nodePort, servedBy: listener)
    print(
      "50 MB by a way of 1,300 bytes, IPv\(family == 0 ? 4 : 6): \(stream.duration), \(stream.repeated) segments again")
    #expect(stream.isWhole)
  }

  /// Half a second at most.
  private static func wait(until length: Int, isKnownTo socket: ClientSocket) {
    for _ in 0..<50 where socket.pathMTU != Int32(length) { usleep(10_000) }
  }

  /// Opens a flow over UDP; the client's port.
  private static func open(_ cluster: OutsideCluster, _ backend: Backend) throws -> UInt16 {
    let client = try ClientSocket(.udp, in: cluster.client.namespace, isIPv6: backend.family == 1)
    #expect(client.connect(to: cluster.node(1, backend.family), backend.front.nodePort) && client.send([1]) == 0)
    return client.port
  }

  /// Makes node1's way to the client as short as that, and not shorter than its link if it is nil. What a host passes on heeds only a
  /// locked length.
  private static func setWay(_ mtu: Int?) async throws {
    let client = try TestLab.topology().client
    let ways = client.addresses.map(\.address).map { address in
      mtu.map { "ip route replace \(address) dev eth0 mtu lock \($0)" } ?? "ip route del \(address) || true"
    }
    try await TestLab.runScript(in: "node1", ways.joined(separator: "\n"))
  }

  /// Who answers, on node2.
  private struct Backend {
    let front: Front
    let namespace: String
    let address: InetAddress
    let family: Int

    static func pod(_ cluster: OutsideCluster, _ family: Int) -> Backend {
      Backend(
        front: .there, namespace: cluster.there.namespace, address: cluster.there.addresses[family], family: family)
    }

    static func host(_ cluster: OutsideCluster, _ family: Int) -> Backend {
      Backend(
        front: .host, namespace: cluster.nodes[1].namespace, address: cluster.node(2, family), family: family)
    }
  }

  private static func headers(_ family: Int) -> Int { family == 0 ? 28 : 48 }

  /// The client's port.
  private static func tellsClient(
    _ cluster: OutsideCluster, _ backend: Backend, mtu: Int, fits: Int
  ) throws -> UInt16 {
    let (family, nodePort) = (backend.family, backend.front.nodePort)
    let receiver = try DatagramSocket(
      in: backend.namespace, isIPv6: family == 1, port: OutsideCluster.serverPort,
      limit: timeval(tv_sec: 0, tv_usec: 500_000))
    let (tap, node) = (try ErrorTap(in: cluster.client.namespace), cluster.node(1, family))
    let client = try ClientSocket(.udp, in: cluster.client.namespace, isIPv6: family == 1)
    #expect(client.connect(to: node, nodePort))
    client.set(.isAnError)
    #expect(client.pathMTU == Int32(mtu))
    #expect(client.send([UInt8](repeating: 1, count: mtu - headers(family))) == 0)
    let quoted = QuotedPacket(
      proto: 17, source: cluster.client.addresses[family].address, sourcePort: client.port, destination: node,
      destinationPort: nodePort)
    #expect(tap.next() == SeenError(kind: .tooBig, mtu: UInt32(fits), sender: node, quoted: quoted))
    #expect(client.pathMTU == Int32(fits))
    #expect(client.send([1]) == EMSGSIZE, "the error is told once")
    // What fits goes through; of the rest the client makes pieces that do.
    for (count, way) in [(fits - headers(family), ClientSocket.TooLong.isAnError), (8000, .isCutHere)] {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 5) }
      client.set(way)
      #expect(client.send(bytes) == 0)
      let isWhole = receiver.receive() == bytes
      #expect(isWhole, "\(count) bytes")
    }
    return client.port
  }

  /// What answers the client goes back by the same tunnel, or straight with DSR.
  ///
  /// - Parameters:
  ///   - length: of the answer that is too long; as long as the backend's own link takes if it is nil.
  ///   - teller: who says so; nil if that is not looked at.
  private static func tellsBackend(
    _ cluster: OutsideCluster, _ backend: Backend, length: Int? = nil, fits: Int, toldBy teller: InetAddress?,
    clientPort: UInt16
  ) throws {
    let family = backend.family
    let client = try ClientSocket(.udp, in: cluster.client.namespace, isIPv6: family == 1, from: clientPort, limit: 1)
    #expect(client.connect(to: cluster.node(1, family), backend.front.nodePort))
    let tap = try ErrorTap(in: backend.namespace)
    let server = try ClientSocket(.udp, in: backend.namespace, isIPv6: family == 1, from: OutsideCluster.serverPort)
    #expect(server.connect(to: cluster.client.addresses[family].address, clientPort))
    server.set(.isAnError)
    let own = Int(server.pathMTU)
    #expect(own > fits)
    let length = length ?? own
    #expect(server.send([UInt8](repeating: 1, count: length - headers(family))) == 0)
    let quoted = QuotedPacket(
      proto: 17, source: backend.address, sourcePort: OutsideCluster.serverPort,
      destination: cluster.client.addresses[family].address, destinationPort: clientPort)
    if let teller {
      #expect(tap.next() == SeenError(kind: .tooBig, mtu: UInt32(fits), sender: teller, quoted: quoted))
    } else {
      wait(until: fits, isKnownTo: server)
    }
    #expect(server.pathMTU == Int32(fits))
    #expect(server.send([1]) == EMSGSIZE, "the error is told once")
    for (count, way) in [(fits - headers(family), ClientSocket.TooLong.isAnError), (8000, .isCutHere)] {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 3) }
      server.set(way)
      #expect(server.send(bytes) == 0)
      let isWhole = client.receive() == bytes
      #expect(isWhole, "an answer of \(count) bytes")
    }
  }
}
