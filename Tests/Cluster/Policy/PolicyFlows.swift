import CalicoAPI
import Foundation
import KubernetesClient
import Netlink
import Testing

@testable import Lab

extension RealTraffic.Policies {
  @Test(
    "a policy cuts what it forbids, open streams too; what is allowed loses nothing while 50 policies come and go",
    arguments: [0, 1])
  func openFlows(family: Int) async throws {
    try await PolicyCluster.withServers { cluster in
      let goal = try cluster.pod("y/a")
      let address = goal.addresses[family]
      // One from the same node as y/a, one from another, of either kind.
      let cut = try ["x/a", "x/b"].map { try PolicyStream(from: try cluster.pod($0), to: address, limit: 0.5) }
      let cutFlow = try PolicyFlow(from: try cluster.pod("x/b"), to: address)
      let kept = try ["z/a", "z/b"].map { try PolicyStream(from: try cluster.pod($0), to: address) }
      let flows = try ["z/a", "z/b", "y/b"].map { try PolicyFlow(from: try cluster.pod($0), to: address) }
      defer { for stream in cut + kept { _ = stream.stop() } }
      try await TestLab.eventually("all go on") {
        (cut + kept).allSatisfy { $0.answerCount > 20 } && (flows + [cutFlow]).allSatisfy { $0.answerCount > 20 }
      }
      try await TestLab.api { client in
        let start = ContinuousClock.now
        try await client.put(
          KubernetesNetworkPolicy.of("y", ingress: [.from(.namespaces(["ns": "z"]), .pods())]))
        var last = cutFlow.answerCount
        try await TestLab.eventually("what is forbidden ends") {
          try await Task.sleep(for: .milliseconds(50))
          defer { last = cutFlow.answerCount }
          return last == cutFlow.answerCount
        }
        print("policy to end of forbidden flow: at most \(ContinuousClock.now - start)")
        try await TestLab.eventually("forbidden streams end") { cut.allSatisfy(\.hasEnded) }
        // Each of them changes what is asked about the pod that they all talk to.
        for number in 1...50 {
          let policy = KubernetesNetworkPolicy.of(
            "y", "other-\(number)", ingress: [.from(.block("192.0.2.\(number)/32"))])
          try await client.put(policy)
          if number > 10 {
            try await client.delete(KubernetesNetworkPolicy.self, "other-\(number - 10)", namespace: "y")
          }
        }
        for number in 41...50 {
          try await client.delete(KubernetesNetworkPolicy.self, "other-\(number)", namespace: "y")
        }
        let after = cutFlow.answerCount
        try await Task.sleep(for: .milliseconds(300))
        #expect(cutFlow.answerCount == after)
        #expect(after == last, "none of them lets in what is forbidden")
      }
      let outcomes = flows.map { $0.stop() }
      #expect(outcomes.allSatisfy { $0.lost == 0 && $0.sent > 100 }, "\(outcomes)")
      #expect(kept.allSatisfy { $0.stop() })
      let forbidden = cutFlow.stop()
      #expect(forbidden.lost > 0)
      print("IPv\(family == 0 ? 4 : 6): allowed \(outcomes), forbidden \(forbidden)")
    }
  }
}
