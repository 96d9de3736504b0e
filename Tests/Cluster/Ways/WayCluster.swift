import Foundation
import Netlink

@testable import Lab

/// A pod that sends, a pod on another node that receives, a Service in front of that, and a host beyond the one outside.
struct WayCluster {
  static let serverPort: UInt16 = 5997
  static let servicePort: UInt16 = 5996

  /// Somewhere to send to, and where that arrives.
  struct Goal: CustomStringConvertible, Sendable {
    let description: String
    let address: InetAddress
    let port: UInt16
    /// The namespace of whoever has it.
    let arrivesIn: String
  }

  let client: PodRecord
  let server: PodRecord
  let service: [InetAddress]

  /// Two networks beyond the host outside, as the cluster sees it, and its namespace.
  static let far = "\(TestLab.name)-far"
  static let farAddresses = ["198.18.9.2", "2001:db8:9::2"].compactMap { InetAddress($0) }

  static func make() async throws -> WayCluster {
    let applied = try await TestLab.apply(manifest)
    guard applied.code == 0 else { throw LabError(applied.output) }
    for pod in ["way-client", "way-server"] {
      try await TestLab.eventually("\(pod) runs") { try await TestLab.pod(pod).isReady }
    }
    let cluster = WayCluster(
      client: try TestLab.record("way-client"), server: try TestLab.record("way-server"),
      service: try await TestLab.addresses(of: "way"))
    try await cluster.layFarNetwork()
    for (index, address) in cluster.service.enumerated() {
      try await TestLab.eventually("the service has its backend") { try cluster.answers(address, isIPv6: index == 1) }
    }
    return cluster
  }

  private func answers(_ address: InetAddress, isIPv6: Bool) throws -> Bool {
    let listener = try ListeningSocket(in: server.namespace, port: Self.serverPort)
    defer { withExtendedLifetime(listener) {} }
    return try ClientSocket(.tcp, in: client.namespace, isIPv6: isIPv6, limit: 1).connect(to: address, Self.servicePort)
  }

  /// Takes all of it away, whatever is there.
  static func remove() async throws {
    for object in ["service/way", "pod/way-client", "pod/way-server"] {
      _ = try await TestLab.kubectl("delete", object)
    }
    _ = try? NetworkNamespace.delete(named: far)
    _ = try await TestLab.shell(
      in: "client", "ip link delete far; sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0")
    _ = try await TestLab.shell(in: "node1", "ip route delete 198.18.9.0/24; ip -6 route delete 2001:db8:9::/64")
  }

  /// A router that the host outside becomes, and a host on the other side of it.
  private func layFarNetwork() async throws {
    _ = try NetworkNamespace.create(named: Self.far)
    try await Self.run(
      "client",
      """
      ip link add far type veth peer name eth0 netns \(Self.far)
      ip address add 198.18.9.1/24 dev far
      ip address add 2001:db8:9::1/64 dev far nodad
      ip link set far up
      sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
      ip netns exec \(Self.far) sh -c '
        ip address add 198.18.9.2/24 dev eth0
        ip address add 2001:db8:9::2/64 dev eth0 nodad
        ip link set eth0 up
        ip route add default via 198.18.9.1
        ip -6 route add default via 2001:db8:9::1
      '
      """)
    try await Self.run(
      client.node, "ip route add 198.18.9.0/24 via 10.77.0.200; ip -6 route add 2001:db8:9::/64 via fd77::200")
  }

  static func run(_ place: String, _ script: String) async throws {
    let result = try await TestLab.shell(in: place, "set -e\n\(script)")
    guard result.code == 0 else { throw LabError("\(place): \(script): \(result.output)") }
  }

  // MARK: Who is where

  func pod(_ family: Int) -> Goal {
    Goal(
      description: "pod", address: server.addresses[family], port: Self.serverPort, arrivesIn: server.namespace)
  }

  func service(_ family: Int) -> Goal {
    Goal(description: "service", address: service[family], port: Self.servicePort, arrivesIn: server.namespace)
  }

  func outside(_ family: Int) throws -> Goal {
    let host = try TestLab.topology().client
    return Goal(
      description: "outside", address: host.addresses[family].address, port: Self.serverPort,
      arrivesIn: host.namespace)
  }

  func farHost(_ family: Int) -> Goal {
    Goal(
      description: "beyond the router outside", address: Self.farAddresses[family], port: Self.serverPort,
      arrivesIn: Self.far)
  }

  /// The address of a node that errors are to come from.
  func node(_ record: PodRecord, _ family: Int) throws -> InetAddress {
    guard let node = try TestLab.topology().node(named: record.node) else { throw LabError("no node \(record.node)") }
    return node.host.addresses[family].address
  }

  private static let manifest = """
    apiVersion: v1
    kind: Pod
    metadata: {name: way-client, namespace: default}
    spec:
      terminationGracePeriodSeconds: 1
      nodeSelector: {kubernetes.io/hostname: node1}
      containers: [{name: sleep, image: this-machine, command: [sleep, infinity]}]
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: way-server, namespace: default, labels: {way: server}}
    spec:
      terminationGracePeriodSeconds: 1
      nodeSelector: {kubernetes.io/hostname: node2}
      containers: [{name: sleep, image: this-machine, command: [sleep, infinity]}]
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: way, namespace: default}
    spec:
      ipFamilyPolicy: PreferDualStack
      selector: {way: server}
      ports:
        - {name: tcp, protocol: TCP, port: \(servicePort), targetPort: \(serverPort)}
        - {name: udp, protocol: UDP, port: \(servicePort), targetPort: \(serverPort)}
    """
}
