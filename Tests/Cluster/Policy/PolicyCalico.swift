import CalicoAPI
import Foundation
import KubernetesClient
import Netlink
import Testing

@testable import Lab

extension RealTraffic.Policies {
  @Test(
    "ping: a policy by ICMP's type",
    .enabled(if: (try? Enclosure.find("ping", ["PATH=/usr/bin:/bin:/usr/sbin:/sbin"])) != nil, "needs ping"))
  func ping() async throws {
    try await PolicyCluster.withServers { cluster in
      let addresses = try cluster.pod("y/a").addresses
      let places = try ["x/a", "x/b"].map { try cluster.pod($0).record.namespace }
      func expect(_ wanted: [Bool], _ what: String) async throws {
        for (family, address) in addresses.enumerated() {
          // x/a is on another node, x/b on the same.
          try await TestLab.eventually("\(what), \(family)", within: .seconds(8)) {
            var found: [Bool] = []
            for path in places.map({ LabPaths.file(ofNamespace: $0) }) {
              let result = try await run(["nsenter", "--net=\(path)", "ping", "-c", "1", "-W", "0.3", "\(address)"])
              found.append(result.code == 0)
            }
            return found == wanted
          }
        }
      }
      func policy(_ types: (Int, Int), _ from: String) -> CalicoNetworkPolicy {
        CalicoNetworkPolicy(
          metadata: ObjectMeta(name: "ping", namespace: "y"),
          spec: NetworkPolicySpec(ingress: [
            CalicoRule(
              action: .allow, ipVersion: 4, protocol: .icmp, icmp: ICMPFields(type: types.0),
              source: EntityRule(selector: from, namespaceSelector: "all()")),
            CalicoRule(
              action: .allow, ipVersion: 6, protocol: .icmpv6, icmp: ICMPFields(type: types.1),
              source: EntityRule(selector: from, namespaceSelector: "all()")),
          ]))
      }
      try await expect([true, true], "no policy")
      try await TestLab.api { client in
        // An echo request is 8, or 128.
        try await client.put(policy((13, 130), "all()"))
        try await expect([false, false], "another type")
        try await client.put(policy((8, 128), #"pod == "b""#))
        try await expect([false, true], "echo requests of one pod")
        try await client.put(policy((8, 128), "all()"))
        try await expect([true, true], "echo requests")
      }
    }
  }
}
