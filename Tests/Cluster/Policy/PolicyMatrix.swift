import CalicoAPI
import DataplaneABI
import Foundation
import KubernetesClient
import Netlink
import Policy
import Testing

@testable import Lab

/// Who may reach whom, as the oracle reads it from the objects that the API has.
struct PolicyMatrix {
  private let oracle: Oracle
  private let cluster: PolicyCluster

  init(_ cluster: PolicyCluster, _ client: APIClient) async throws {
    var objects = OracleCluster()
    objects.tiers = try await client.list(Tier.self)
    objects.kubernetesPolicies = try await client.list(KubernetesNetworkPolicy.self)
    objects.networkPolicies = try await client.list(CalicoNetworkPolicy.self)
    objects.globalPolicies = try await client.list(GlobalNetworkPolicy.self)
    objects.namespaces = try await client.list(Namespace.self)
    objects.serviceAccounts = try await client.list(ServiceAccount.self)
    objects.pods = try await client.list(Pod.self)
    objects.networkSets = try await client.list(NetworkSet.self)
    objects.globalNetworkSets = try await client.list(GlobalNetworkSet.self)
    objects.endpointSlices = try await client.list(EndpointSlice.self)
    oracle = Oracle(objects)
    self.cluster = cluster
  }

  /// What the two sides say: the source's egress, the destination's ingress.
  func verdicts(_ probe: PolicyProbe) throws -> [PolicyVerdict] {
    func address(_ name: String) throws -> AddressPrefix {
      try #require(AddressPrefix("\(try cluster.pod(name).addresses[probe.family])"))
    }
    let packet = PolicyPacket(
      source: try address(probe.source), destination: try address(probe.destination), proto: probe.transport.rawValue,
      sourcePort: 40_000, destinationPort: probe.port)
    return try [(probe.source, PolicyDirection.egress), (probe.destination, .ingress)].map { name, direction in
      let pod = try cluster.pod(name).record.pod
      return try #require(oracle.verdict(namespace: pod.namespace, pod: pod.name, direction, packet))
    }
  }

  /// Those that both sides allow.
  func allowed() throws -> Set<PolicyProbe> {
    try Set(PolicyProbe.all.filter { try verdicts($0).allSatisfy(\.isAllowed) })
  }

  /// Where the kernels differ, with who decided.
  func sentence(_ probe: PolicyProbe, isAnswered: Bool) throws -> String {
    let deciders = try verdicts(probe).map { "\($0.isAllowed ? "allowed" : "denied") by \($0.decidedBy)" }
    return "\(probe): \(isAnswered ? "answered" : "silence"), but \(deciders.joined(separator: ", "))"
  }
}

/// Probes until all agree: agents need a moment to hear of a change.
struct PolicyCheck {
  let cluster: PolicyCluster
  let client: APIClient
  private(set) var last = Set(PolicyProbe.all)
  private(set) var probeCount = 0

  init(_ cluster: PolicyCluster, _ client: APIClient) {
    self.cluster = cluster
    self.client = client
  }

  /// - Returns: how many of all are allowed.
  @discardableResult
  mutating func agree(_ name: String) async throws -> Int {
    let matrix = try await PolicyMatrix(cluster, client)
    let expected = try matrix.allowed()
    // Agreement proves something only once the change has had its time.
    if expected == last { try await Task.sleep(for: .milliseconds(400)) }
    let deadline = ContinuousClock.now + .seconds(8)
    var found = Set<PolicyProbe>()
    repeat {
      // The last time, with patience.
      let isLate = ContinuousClock.now + .seconds(2) > deadline
      found = try PolicyProber(cluster: cluster).answered(limit: .milliseconds(isLate ? 1000 : 250))
      probeCount += PolicyProbe.all.count
    } while found != expected && ContinuousClock.now < deadline
    last = expected
    let differences = try found.symmetricDifference(expected).sorted { "\($0)" < "\($1)" }
      .map { try matrix.sentence($0, isAnswered: found.contains($0)) }
    #expect(
      differences.isEmpty,
      "\(name): \(differences.count) differ\n\(differences.prefix(8).joined(separator: "\n"))")
    return expected.count
  }
}
