import CalicoAPI
import Foundation
import KubernetesClient
import Netlink
import Testing

@testable import Lab

extension RealTraffic.Policies {
  @Test("whom selectors choose: what all pods reach is what the oracle says, IPv4 and IPv6, TCP and UDP")
  func selectors() async throws { try await Self.play(PolicyCase.selectors) }

  @Test("ports and protocols: the same")
  func ports() async throws { try await Self.play(PolicyCase.ports) }

  @Test("policies and labels that change: the same after each change")
  func changes() async throws { try await Self.play(PolicyCase.changes) }

  @Test("blocks of addresses: the same")
  func blocks() async throws {
    let cluster = try PolicyCluster()
    let (one, other) = (try cluster.pod("x/a").addresses, try cluster.pod("y/b").addresses)
    let lengths = [32, 128]
    let blocks = PolicyBlocks(
      all: PodAddresses.pools.map { "\($0)" }.sorted { !$0.contains(":") && $1.contains(":") },
      one: [0, 1].map { "\(one[$0])/\(lengths[$0])" }, other: [0, 1].map { "\(other[$0])/\(lengths[$0])" })
    try await Self.play(PolicyCase.blocks(blocks))
  }

  private static func play(_ cases: [PolicyCase]) async throws {
    try await PolicyCluster.withServers { cluster in
      try await TestLab.api { client in
        var check = PolicyCheck(cluster, client)
        let start = ContinuousClock.now
        var steps = 0
        try await check.agree("before")
        var allowed: [Int] = []
        for one in cases {
          for (number, step) in one.steps.enumerated() {
            for change in step { try await change.make(client) }
            allowed.append(try await check.agree("\(one.name), step \(number + 1)"))
            steps += 1
          }
          try await PolicyCluster.removePolicies()
        }
        try await check.agree("afterwards")
        print(
          """
          policies: \(cases.count) cases, \(steps) steps, \(PolicyProbe.all.count) questions each, \
          \(check.probeCount) asked in \(ContinuousClock.now - start); allowed: \(allowed)
          """)
      }
    }
  }
}

extension PolicyCase.Step {
  func make(_ client: APIClient) async throws {
    switch self {
    case .put(let policy): try await client.put(policy)
    case .delete(let policy):
      try await client.delete(KubernetesNetworkPolicy.self, policy.metadata.name, namespace: policy.metadata.namespace)
    case .labelPod(let place, let key, let value):
      let parts = place.split(separator: "/").map(String.init)
      _ = try await client.patch(Pod.self, parts[1], namespace: parts[0], Self.label(key, value))
    case .labelNamespace(let name, let key, let value):
      _ = try await client.patch(Namespace.self, name, Self.label(key, value))
    }
  }

  private static func label(_ key: String, _ value: String) throws -> Patch {
    let label: [String: String?] = [key: value.isEmpty ? nil : value]
    return try .merge(["metadata": ["labels": label]])
  }
}

extension APIClient {
  /// Creates an object, or replaces the one of its name.
  func put<Object: KubernetesResource>(_ object: Object) async throws {
    do { _ = try await create(object) } catch {
      guard error.isAlreadyExists else { throw error }
      _ = try await update(object)
    }
  }
}
