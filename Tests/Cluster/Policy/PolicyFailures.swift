import CalicoAPI
import Foundation
import KubernetesClient
import Netlink
import Testing

@testable import Lab

extension RealTraffic.Policies {
  @Test("kill -9 of every agent, and their restart: what is denied stays denied, what is allowed loses nothing")
  func agentsKilled() async throws {
    try await PolicyCluster.withServers { cluster in
      try await TestLab.api { client in
        try await client.put(KubernetesNetworkPolicy.of("y", ingress: [.from(.namespaces(["ns": "z"]))]))
        try await client.put(KubernetesNetworkPolicy.of("x", egress: [.to(.namespaces(["ns": "z"]))]))
        var check = PolicyCheck(cluster, client)
        try await check.agree("before")
      }
      let (denied, allowed) = (try cluster.pod("y/a"), try cluster.pod("z/b"))
      // By ingress from y's own, by egress from x.
      let hammers = try [0, 1].flatMap { family in
        try ["y/b", "x/a"].map { try PolicyHammer(from: try cluster.pod($0), to: denied.addresses[family]) }
      }
      let flows = try [0, 1].flatMap { family in
        try [("x/b", allowed), ("z/a", denied)].map {
          try PolicyFlow(from: try cluster.pod($0), to: $1.addresses[family])
        }
      }
      let streams = try [0, 1].map { try PolicyStream(from: try cluster.pod("x/a"), to: allowed.addresses[$0]) }
      defer {
        for hammer in hammers { hammer.stop() }
        for stream in streams { _ = stream.stop() }
      }
      try await Task.sleep(for: .milliseconds(300))
      let processes = try TestLab.location.loadExisting().processes
      for node in try TestLab.topology().nodes.map(\.host.name) {
        #expect(try #require(processes[node]).send(SIGKILL))
      }
      try await Task.sleep(for: .milliseconds(500))
      #expect(hammers.allSatisfy { $0.acceptedCount == 0 }, "without agents")
      let fresh = PolicyProbe(source: "x/a", destination: "z/b", transport: .tcp, port: 81, family: 0)
      #expect(try PolicyProber(cluster: cluster).answered([fresh], limit: .seconds(1)) == [fresh])
      let up = try await TestLab.up()
      #expect(up.code == 0, "\(up.output)")
      try await Task.sleep(for: .milliseconds(500))
      let outcomes = flows.map { $0.stop() }
      #expect(outcomes.allSatisfy { $0.lost == 0 && $0.sent > 300 }, "\(outcomes)")
      #expect(streams.allSatisfy { $0.stop() })
      let accepted = hammers.map { $0.stop() }
      #expect(accepted == [0, 0, 0, 0])
      #expect(hammers.allSatisfy { $0.sentCount > 500 })
      print("agents killed: allowed \(outcomes), denied \(hammers.map(\.sentCount)), of which accepted \(accepted)")
      // They hear of what comes.
      try await TestLab.api { client in
        try await client.delete(KubernetesNetworkPolicy.self, "policy", namespace: "y")
        var check = PolicyCheck(cluster, client)
        try await check.agree("after the restart")
      }
    }
  }
}
