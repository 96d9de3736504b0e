import CalicoAPI
import Foundation
import KubernetesClient
import Netlink
import Testing

@testable import Lab

extension RealTraffic.Policies {
  private static let nodePort: UInt16 = 31_070

  /// x/a, on node1, behind a Service.
  private static func withService(_ body: (PolicyCluster, [InetAddress]) async throws -> Void) async throws {
    let made = try await TestLab.apply(
      """
      apiVersion: v1
      kind: Service
      metadata: {name: front, namespace: x}
      spec:
        type: NodePort
        ipFamilyPolicy: PreferDualStack
        selector: {pod: a}
        ports:
          - {name: tcp, protocol: TCP, port: 8000, targetPort: 80, nodePort: \(nodePort)}
          - {name: udp, protocol: UDP, port: 8000, targetPort: 80, nodePort: \(nodePort)}
      """)
    guard made.code == 0 else { throw LabError(made.output) }
    let addresses = try await TestLab.api { try await $0.get(Service.self, "front", namespace: "x") }
      .spec.clusterIPs.compactMap { InetAddress($0) }.sorted()
    do {
      try await PolicyCluster.withServers { try await body($0, addresses) }
    } catch {
      _ = try? await TestLab.kubectl("delete", "service", "-n", "x", "front")
      throw error
    }
    _ = try await TestLab.kubectl("delete", "service", "-n", "x", "front")
  }

  /// By TCP and UDP: whether both are answered by x/a that sees the caller's own address, or neither is; nil otherwise.
  private static func isAnswered(
    from namespace: String, _ source: InetAddress, _ address: InetAddress, _ port: UInt16
  ) throws -> Bool? {
    let answers = try ClientSocket.Transport.allCases.map {
      try OutsideCall(transport: $0, namespace: namespace, address: address, port: port, limit: 0.4).ask().answer
    }
    if answers.allSatisfy({ if case .by("x/a", let seen) = $0 { seen.hasPrefix("\(source) ") } else { false } }) {
      return true
    }
    return answers.allSatisfy { $0 == .silence } ? false : nil
  }

  @Test("through a ClusterIP: policies of both ends see the pods, not the service")
  func clusterAddress() async throws {
    try await Self.withService { cluster, addresses in
      func answers(_ name: String, _ family: Int) throws -> Bool? {
        let pod = try cluster.pod(name)
        return try Self.isAnswered(from: pod.record.namespace, pod.addresses[family], addresses[family], 8000)
      }
      // z/b is on x/a's node.
      let names = ["y/a", "z/b", "x/b"]
      func expect(_ wanted: [Bool], _ what: String) async throws {
        for family in [0, 1] {
          try await TestLab.eventually("\(what), \(family)", within: .seconds(8)) {
            try names.map { try answers($0, family) } == wanted.map { $0 }
          }
        }
      }
      try await expect([true, true, true], "no policy")
      try await TestLab.api { client in
        try await client.put(
          KubernetesNetworkPolicy.of(
            "x", pods: ["pod": "a"], ingress: [.from(.namespaces(["ns": "y"]), at: [.tcp(80), .udp(80)])]))
        try await expect([true, false, false], "ingress by the target's port")
        try await client.put(
          KubernetesNetworkPolicy.of(
            "x", pods: ["pod": "a"], ingress: [.from(.namespaces(["ns": "y"]), at: [.tcp(8000), .udp(8000)])]))
        try await expect([false, false, false], "ingress by the service's port")
        try await client.delete(KubernetesNetworkPolicy.self, "policy", namespace: "x")
        try await client.put(KubernetesNetworkPolicy.of("y", egress: [.to(.pods(["pod": "b"], in: ["ns": "x"]))]))
        try await client.put(KubernetesNetworkPolicy.of("z", egress: [.to(.pods(["pod": "a"], in: ["ns": "x"]))]))
        try await expect([false, true, true], "egress by the backend")
      }
    }
  }

  @Test(
    "from outside through a node's port: policies see the client's address",
    arguments: [
      RealTraffic.Outside.Mode.tunnel, .direct,
    ])
  func nodePort(mode: RealTraffic.Outside.Mode) async throws {
    try await RealTraffic.Outside.with(mode) {
      try await Self.withService { _, _ in
        let topology = try TestLab.topology()
        let client = topology.client
        /// At the backend's own node, and at another.
        func expect(_ wanted: Bool, _ what: String) async throws {
          for (node, family) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            let address = topology.nodes[node].host.addresses[family].address
            try await TestLab.eventually("\(what), node\(node + 1), \(family)", within: .seconds(8)) {
              try Self.isAnswered(
                from: client.namespace, client.addresses[family].address, address, Self.nodePort) == wanted
            }
          }
        }
        let all = [Peer.block("0.0.0.0/0"), .block("::/0")]
        let own = [0, 1].map { Peer.block("\(client.addresses[$0].address)/\([32, 128][$0])") }
        let others = [0, 1].map {
          Peer.block(["0.0.0.0/0", "::/0"][$0], except: ["\(client.addresses[$0].address)/\([32, 128][$0])"])
        }
        try await expect(true, "no policy")
        try await TestLab.api { api in
          for (peers, isAllowed) in [(own, true), (others, false), (all, true), ([.pods(in: [:])], false)] {
            try await api.put(
              KubernetesNetworkPolicy.of("x", pods: ["pod": "a"], ingress: [KubernetesIngressRule(from: peers)]))
            try await expect(isAllowed, "\(peers)")
          }
        }
      }
    }
  }
}
