import DataplaneABI
import Foundation
import Netlink
import Testing

@testable import Lab

extension RealTraffic {
  /// What the ways that packets take say about packets that are too long, or that have come too far.
  @Suite("Ways") struct Ways {}
}

extension RealTraffic.Ways {
  /// Runs `body` in a cluster of its own, which goes in any case.
  static func withCluster(_ body: (WayCluster) async throws -> Void) async throws {
    do {
      try await body(try await WayCluster.make())
    } catch {
      try? await WayCluster.remove()
      throw error
    }
    try await WayCluster.remove()
  }

  @Test(
    "a node whose own link is short tells its pods: transfers go on, the pod knows the MTU, quotes are what it sent")
  func ownLink() async throws {
    try await Self.withCluster { cluster in
      let link = "ip link set eth0 mtu"
      try await WayCluster.run(cluster.client.node, "\(link) 1400")
      do {
        try await Self.hasRoutes(of: 1400, on: cluster.client.node, to: cluster.server)
        for family in [0, 1] {
          let teller = try cluster.node(cluster.client, family)
          for goal in [cluster.pod(family), cluster.service(family), try cluster.outside(family)] {
            try await Self.transfer(cluster, goal, mtu: 1400, toldBy: teller)
          }
        }
        for goal in [cluster.pod(0), cluster.service(0), try cluster.outside(0), cluster.farHost(0)] {
          try Self.cutOnTheWay(cluster, goal)
        }
      } catch {
        try? await WayCluster.run(cluster.client.node, "\(link) 1500")
        throw error
      }
      try await WayCluster.run(cluster.client.node, "\(link) 1500")
    }
  }

  @Test("a node that has no way to somebody outside tells the pod whose source it translates, at once")
  func noWay() async throws {
    let node = try TestLab.record("client-pod").node
    let places = ["203.0.113.0/24": "203.0.113.9", "2001:db8:dead::/64": "[2001:db8:dead::9]"]
    for (network, address) in places {
      try await WayCluster.run(node, "ip route add unreachable \(network)")
      let call = try await TestLab.shell(in: "client-pod", "curl -gsS -m 10 http://\(address)/")
      _ = try await TestLab.shell(in: node, "ip route delete unreachable \(network)")
      // Could not connect, not timed out.
      #expect(call.code == 7, "\(call.output)")
    }
  }

  @Test("a link behind another node is short: its node tells, and about a service in the service's name")
  func otherNodesLink() async throws {
    try await Self.withCluster { cluster in
      try await WayCluster.run(cluster.server.node, "ip link set \(cluster.server.interface) mtu 1360")
      try await Self.hasRoutes(of: 1360, on: cluster.server.node, to: cluster.server)
      for family in [0, 1] {
        let teller = try cluster.node(cluster.server, family)
        for goal in [cluster.pod(family), cluster.service(family)] {
          try await Self.transfer(cluster, goal, mtu: 1360, toldBy: teller)
        }
      }
      for goal in [cluster.pod(0), cluster.service(0)] { try Self.cutOnTheWay(cluster, goal) }
    }
  }

  @Test("a router outside says that its link is short: the pod hears it, about the packet that it sent as itself")
  func outsideLink() async throws {
    try await Self.withCluster { cluster in
      try await WayCluster.run("client", "ip link set far mtu 1320")
      let router = try TestLab.topology().client.addresses.map(\.address)
      for family in [0, 1] {
        try await Self.transfer(cluster, cluster.farHost(family), mtu: 1320, toldBy: router[family])
      }
      try Self.cutOnTheWay(cluster, cluster.farHost(0))
    }
  }

  // MARK: Steps

  /// Waits until the programs of a node know a way's MTU.
  private static func hasRoutes(of mtu: UInt16, on node: String, to pod: PodRecord) async throws {
    let isLocal = pod.node == node
    let number = try #require(Int(pod.node.dropFirst(4)))
    let text = isLocal ? "\(pod.addresses[0])/32" : "10.65.\(number).0/24"
    let text6 = isLocal ? "\(pod.addresses[1])/128" : "fd65:0:0:\(number)::/64"
    let (key, key6) = (
      try #require(RouteKey<IPv4Address>(text)), try #require(RouteKey<IPv6Address>(text6))
    )
    try await TestLab.eventually("the routes have an MTU of \(mtu)") {
      let routes = try TestLab.map(MapName.routes4, on: node, RouteKey<IPv4Address>.self, Route<IPv4Address>.self)
      let routes6 = try TestLab.map(MapName.routes6, on: node, RouteKey<IPv6Address>.self, Route<IPv6Address>.self)
      return try routes.lookUp(key)?.mtu == mtu && routes6.lookUp(key6)?.mtu == mtu
    }
  }

  /// 200,000 bytes by TCP, then a datagram of 1,500 bytes by UDP, each from a pod that knows nothing yet.
  private static func transfer(
    _ cluster: WayCluster, _ goal: WayCluster.Goal, mtu: Int32, toldBy teller: InetAddress
  ) async throws {
    try await forgetMTU(cluster)
    try await stream(cluster, goal, mtu: mtu, toldBy: teller)
    try await forgetMTU(cluster)
    try datagrams(cluster, goal, mtu: mtu, toldBy: teller)
  }

  private static func forgetMTU(_ cluster: WayCluster) async throws {
    try await WayCluster.run("way-client", "ip route flush cache; ip -6 route flush cache")
  }

  private static func stream(
    _ cluster: WayCluster, _ goal: WayCluster.Goal, mtu: Int32, toldBy teller: InetAddress
  ) async throws {
    let isIPv6 = goal.address.family == .ipv6
    let listener = try ListeningSocket(in: goal.arrivesIn, port: WayCluster.serverPort)
    async let arrived = listener.receiveAll()
    let tap = try ErrorTap(in: cluster.client.namespace)
    let client = try ClientSocket(.tcp, in: cluster.client.namespace, isIPv6: isIPv6, limit: 3)
    #expect(client.connect(to: goal.address, goal.port), "\(goal), IPv6: \(isIPv6)")
    #expect(client.pathMTU == 1500)
    let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    #expect(client.send(bytes) == 0)
    client.endOfSending()
    let isWhole = await arrived == bytes
    #expect(isWhole, "\(goal), IPv6: \(isIPv6)")
    expect(client, .tcp, cluster, goal, tap, mtu: mtu, toldBy: teller)
  }

  private static func datagrams(
    _ cluster: WayCluster, _ goal: WayCluster.Goal, mtu: Int32, toldBy teller: InetAddress
  ) throws {
    let isIPv6 = goal.address.family == .ipv6
    let receiver = try DatagramSocket(in: goal.arrivesIn, isIPv6: isIPv6, port: WayCluster.serverPort)
    let tap = try ErrorTap(in: cluster.client.namespace)
    let client = try ClientSocket(.udp, in: cluster.client.namespace, isIPv6: isIPv6)
    #expect(client.connect(to: goal.address, goal.port))
    #expect(client.pathMTU == 1500)
    client.set(.isAnError)
    let bytes = (0..<(isIPv6 ? 1452 : 1472)).map { UInt8(truncatingIfNeeded: $0 &* 5) }
    #expect(client.send(bytes) == 0)
    expect(client, .udp, cluster, goal, tap, mtu: mtu, toldBy: teller)
    #expect(client.send(bytes) == EMSGSIZE, "\(goal), IPv6: \(isIPv6)")
    // Now that it knows, the pod cuts it; a socket of its own has no error waiting.
    let knowing = try ClientSocket(.udp, in: cluster.client.namespace, isIPv6: isIPv6)
    #expect(knowing.connect(to: goal.address, goal.port))
    knowing.set(.isCutHere)
    #expect(knowing.send(bytes) == 0)
    let isWhole = receiver.receive() == bytes
    #expect(isWhole, "\(goal), IPv6: \(isIPv6)")
  }

  /// What the pod was told, and what its kernel has made of it.
  private static func expect(
    _ client: ClientSocket, _ transport: ClientSocket.Transport, _ cluster: WayCluster, _ goal: WayCluster.Goal,
    _ tap: ErrorTap, mtu: Int32, toldBy teller: InetAddress
  ) {
    let family = goal.address.family == .ipv6 ? 1 : 0
    let sent = QuotedPacket(
      proto: transport.rawValue, source: cluster.client.addresses[family], sourcePort: client.port,
      destination: goal.address, destinationPort: goal.port)
    let wanted = SeenError(kind: .tooBig, mtu: UInt32(mtu), sender: teller, quoted: sent)
    #expect(tap.next() == wanted, "\(goal)")
    #expect(client.pathMTU == mtu, "\(goal)")
  }

  /// An IPv4 packet that may be cut where the way is short comes whole to its receiver, and nobody complains.
  private static func cutOnTheWay(_ cluster: WayCluster, _ goal: WayCluster.Goal) throws {
    let receiver = try DatagramSocket(in: goal.arrivesIn, isIPv6: false, port: WayCluster.serverPort)
    let tap = try ErrorTap(in: cluster.client.namespace)
    let client = try ClientSocket(.udp, in: cluster.client.namespace, isIPv6: false)
    #expect(client.connect(to: goal.address, goal.port))
    client.set(.mayBeCutOnTheWay)
    let bytes = (0..<1472).map { UInt8(truncatingIfNeeded: $0 &* 3) }
    #expect(client.send(bytes) == 0)
    let isWhole = receiver.receive() == bytes
    #expect(isWhole, "\(goal)")
    #expect(tap.next(within: .milliseconds(100)) == nil, "\(goal)")
  }
}
