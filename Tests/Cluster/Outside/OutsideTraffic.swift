import DataplaneABI
import Foundation
import Netlink
import Testing

@testable import Lab

extension RealTraffic {
  /// Services as they are reached from outside the cluster, and by the same addresses from within.
  @Suite("Outside", .outsideCluster) struct Outside {}
}

extension RealTraffic.Outside {
  typealias Front = OutsideCluster.Front

  /// Where a service is to be had: the port at each node, a load balancer's address, an external one.
  static func places(_ front: Front, _ cluster: OutsideCluster, _ family: Int) -> [(InetAddress, UInt16)] {
    (1...3).map { (cluster.node($0, family), front.nodePort) }
      + [front.balancer[family], front.external[family]].map { ($0, OutsideCluster.servicePort) }
  }

  @Test(
    "a client outside reaches a backend here, elsewhere, and a host, and is seen as itself, with TCP and UDP",
    arguments: [0, 1])
  func fromOutside(family: Int) async throws {
    try await OutsideCluster.withServers { cluster, _ in
      let source = cluster.client.addresses[family].address
      for front in [Front.here, .there, .host] {
        for (address, port) in Self.places(front, cluster, family) {
          for transport in ClientSocket.Transport.allCases {
            let call = OutsideCall(
              transport: transport, namespace: cluster.client.namespace, address: address, port: port)
            let failure = try call.failure(by: front.name, from: source)
            #expect(failure == nil)
          }
        }
      }
    }
  }

  @Test("a pod reaches them by the same addresses, other nodes' ports too, and is seen as itself", arguments: [0, 1])
  func fromPod(family: Int) async throws {
    try await OutsideCluster.withServers { cluster, _ in
      for front in [Front.here, .there, .host] {
        // What leaves for another node itself leaves as this node.
        let keeps = front != .host
        let source = keeps ? cluster.asking.addresses[family] : cluster.node(1, family)
        for (address, port) in Self.places(front, cluster, family) {
          for transport in ClientSocket.Transport.allCases {
            let call = OutsideCall(
              transport: transport, namespace: cluster.asking.namespace, address: address, port: port)
            let failure = try call.failure(by: front.name, from: source, keepsPort: keeps)
            #expect(failure == nil)
          }
        }
      }
    }
  }

  @Test("a node reaches them by the same addresses, other nodes' ports too", arguments: [0, 1])
  func fromNode(family: Int) async throws {
    try await OutsideCluster.withServers { cluster, _ in
      for number in [1, 2, 3] {
        for front in [Front.here, .there, .host] {
          for (address, port) in Self.places(front, cluster, family) {
            for transport in ClientSocket.Transport.allCases {
              let call = OutsideCall(
                transport: transport, namespace: cluster.nodes[number - 1].namespace, address: address, port: port)
              let failure = try call.failure(by: front.name, from: cluster.node(number, family), keepsPort: false)
              #expect(failure == nil)
            }
          }
        }
      }
    }
  }

  @Test(
    "a node reaches ports of services at 127.0.0.1, where packets are balanced",
    arguments: ClientSocket.Transport.allCases)
  func fromLoopback(transport: ClientSocket.Transport) async throws {
    let loopback = try #require(InetAddress("127.0.0.1"))
    try await OutsideCluster.withServers { cluster, _ in
      func failure(_ front: Front, on node: Int) throws -> String? {
        try OutsideCall(
          transport: transport, namespace: cluster.nodes[node - 1].namespace, address: loopback, port: front.nodePort,
          limit: 1
        ).failure(by: front.name, from: cluster.node(node, 0), keepsPort: false)
      }
      for node in [1, 2, 3] {
        for front in [Front.here, .there, .host] {
          let failure = try failure(front, on: node)
          #expect(failure == nil)
        }
      }
    }
  }

  @Test(
    "processes that are balanced when they connect reach them, too", arguments: ["outside-asking", "node1", "node3"])
  func atSockets(place: String) async throws {
    try await OutsideCluster.withServers { cluster, _ in
      let goals = [Front.here, .there].flatMap { front in
        let places = [0, 1].flatMap { Self.places(front, cluster, $0) }.map { ("\($0)", $1) }
        return (places + (place.hasPrefix("node") ? [("127.0.0.1", front.nodePort)] : []))
          .map { (front, "/dev/tcp/\($0)/\($1)") }
      }
      let script = """
        for goal in \(goals.map(\.1).joined(separator: " ")); do
          exec 3<>$goal && echo who >&3 && timeout 3 dd bs=2048 count=1 status=none <&3
          echo; exec 3>&-
        done
        """
      let result = try await TestLab.shell(in: place, "bash -c '\(script)'")
      #expect(result.lines.map { $0.prefix { $0 != " " } } == goals.map { $0.0.name[...] }, "\(result.output)")
    }
  }
}
