import CalicoAPI
import DataplaneABI
import Foundation
import Netlink
import Testing

@testable import Lab

/// A pod on each of two nodes, another that asks, and services in front of them that are reached from outside.
struct OutsideCluster {
  static let serverPort: UInt16 = 7801
  static let servicePort: UInt16 = 7800

  /// Services by number, which is part of all their addresses and ports.
  enum Front: Int, CaseIterable {
    /// One backend on node1, one on node2, and the host node2 itself.
    case here = 1
    case there, host
    /// Both pods; the same, each client with its own; nobody.
    case both, sticky, nobody
    /// One backend on node2 for whom comes there: `externalTrafficPolicy: Local`.
    case local
    /// Both pods, by their Maglev table.
    case maglev

    var name: String { "outside-\(self)" }
    var nodePort: UInt16 { UInt16(31_000 + rawValue) }
    /// In `status.loadBalancer`, IPv4 first.
    var balancer: [InetAddress] { Self.addresses(rawValue) }
    /// In `spec.externalIPs`.
    var external: [InetAddress] { Self.addresses(rawValue + 100) }

    private static func addresses(_ number: Int) -> [InetAddress] {
      ["198.51.100.\(number)", "2001:db8:100::\(number)"].compactMap { InetAddress($0) }
    }
  }

  let nodes: [LabHost]
  let client: LabHost
  let here: PodRecord
  let there: PodRecord
  /// The pod that asks, on node1.
  let asking: PodRecord

  init() throws {
    let topology = try TestLab.topology()
    nodes = topology.nodes.map(\.host)
    client = topology.client
    here = try TestLab.record("outside-here")
    there = try TestLab.record("outside-there")
    asking = try TestLab.record("outside-asking")
  }

  func node(_ number: Int, _ family: Int) -> InetAddress { nodes[number - 1].addresses[family].address }

  /// Everybody answers while `body` runs.
  static func withServers(_ body: (OutsideCluster, [String: OutsideServer]) async throws -> Void) async throws {
    let cluster = try OutsideCluster()
    let places = [
      ("outside-here", cluster.here.namespace), ("outside-there", cluster.there.namespace),
      ("outside-host", cluster.nodes[1].namespace),
    ]
    var servers: [String: OutsideServer] = [:]
    defer { for server in servers.values { server.stop() } }
    for (name, namespace) in places { servers[name] = try OutsideServer(name, in: namespace, port: serverPort) }
    try await body(cluster, servers)
  }

  // MARK: Making and removing

  static func make() async throws {
    let nodes = try TestLab.topology().nodes.map(\.host)
    let applied = try await TestLab.apply(OutsideManifest.all(nodes))
    guard applied.code == 0 else { throw LabError(applied.output) }
    for front in Front.allCases {
      let addresses = front.balancer.map { #"{"ip":"\#($0)"}"# }.joined(separator: ",")
      let status = try await TestLab.kubectl(
        "patch", "service", front.name, "--subresource=status", "--type", "merge", "-p",
        #"{"status":{"loadBalancer":{"ingress":[\#(addresses)]}}}"#)
      guard status.code == 0 else { throw LabError(status.output) }
    }
    try await TestLab.runScript(in: "client", routes("replace", by: nodes[0]))
    for pod in ["outside-here", "outside-there", "outside-asking"] {
      try await TestLab.eventually("\(pod) runs") { try await TestLab.pod(pod).isReady }
    }
    try await withServers { cluster, _ in try await cluster.settle() }
  }

  /// Waits until each node knows each service; afterwards nobody has to ask twice.
  private func settle() async throws {
    for front in [Front.here, .there, .host, .both, .sticky] {
      for (number, family) in [(1, 0), (1, 1), (2, 0), (2, 1), (3, 0), (3, 1)] {
        for address in [node(number, family)] + (number == 1 ? [front.balancer[family], front.external[family]] : []) {
          let port = address == node(number, family) ? front.nodePort : Self.servicePort
          let call = OutsideCall(
            transport: .tcp, namespace: client.namespace, address: address, port: port, limit: 1)
          try await TestLab.eventually("\(call) is answered") {
            if case .by = try call.ask().answer { true } else { false }
          }
        }
      }
    }
  }

  /// Takes all of it away, whatever is there.
  static func remove() async throws {
    let pods = ["outside-here", "outside-there", "outside-asking"].map { "pod/\($0)" }
    let slices = ["ipv4", "ipv6"].map { "endpointslice/outside-host-\($0)" }
    for object in Front.allCases.map({ "service/\($0.name)" }) + slices + pods {
      _ = try await TestLab.kubectl("delete", object, "--ignore-not-found")
    }
    let nodes = try TestLab.topology().nodes.map(\.host)
    _ = try await TestLab.shell(in: "client", routes("delete", by: nodes[0]))
  }

  private static func routes(_ verb: String, by node: LabHost) -> String {
    zip(["198.51.100.0/24", "2001:db8:100::/64"], node.addresses)
      .map { "ip route \(verb) \($0) via \($1.address)" }.joined(separator: "\n")
  }
}

extension TestLab {
  /// A shell script that has to succeed.
  static func runScript(in place: String, _ script: String) async throws {
    let result = try await shell(in: place, "set -e\n\(script)")
    guard result.code == 0 else { throw LabError("\(place): \(script): \(result.output)") }
  }

  /// Settings of all nodes, as JSON.
  static func configure(_ spec: String) async throws {
    let result = try await kubectl(
      "patch", "felixconfiguration", "default", "--type", "merge", "-p", #"{"spec":\#(spec)}"#)
    guard result.code == 0 else { throw LabError(result.output) }
  }

  static func nodeState(_ node: String) throws -> NodeState {
    try #require(try map(MapName.node, on: node, UInt32.self, NodeState.self).lookUp(0))
  }
}

/// Makes that cluster for a suite, and takes it down afterwards in any case.
struct OutsideTrait: SuiteTrait, TestScoping {
  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    guard TestLab.isRoot else { return try await function() }
    do {
      try await OutsideCluster.make()
      try await function()
    } catch {
      try? await OutsideCluster.remove()
      throw error
    }
    try await OutsideCluster.remove()
  }
}

extension Trait where Self == OutsideTrait {
  static var outsideCluster: Self { OutsideTrait() }
}
