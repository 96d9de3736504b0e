import CalicoAPI
import Foundation
import KubernetesClient
import Netlink
import Policy
import Testing

@testable import Lab

extension RealTraffic {
  /// What policies let through, and what not.
  @Suite("Policies", .policyCluster) struct Policies {}
}

/// Two pods in each of three namespaces: each node has two pods of different namespaces, each namespace is on two nodes.
struct PolicyCluster: Sendable {
  struct Place: Hashable, Sendable, CustomStringConvertible {
    let namespace: String
    let name: String
    let node: Int

    var description: String { "\(namespace)/\(name)" }
  }

  static let namespaces = ["x", "y", "z"]
  static let places = namespaces.enumerated().flatMap { number, namespace in
    ["a", "b"].enumerated().map { Place(namespace: namespace, name: $1, node: 1 + (number + $0) % 3) }
  }
  /// All answer by TCP and by UDP.
  static let ports: [UInt16] = [80, 81]

  /// By the name of the place: "x/a".
  let pods: [String: PolicyPod]

  init() throws {
    let records = try PodRecords(folder: try TestLab.location.paths.pods).all()
    var pods: [String: PolicyPod] = [:]
    for place in Self.places {
      let record = try #require(records.first { "\($0.pod)" == "\(place)" }, "\(place)")
      pods["\(place)"] = PolicyPod(record: record, namespace: try NetworkNamespace(named: record.namespace))
    }
    self.pods = pods
  }

  func pod(_ name: String) throws -> PolicyPod { try #require(pods[name], "\(name)") }

  /// Everybody answers while `body` runs; afterwards no policy is left.
  static func withServers(_ body: (PolicyCluster) async throws -> Void) async throws {
    let cluster = try PolicyCluster()
    var servers: [OutsideServer] = []
    defer { for server in servers { server.stop() } }
    for (name, pod) in cluster.pods {
      for port in ports { servers.append(try OutsideServer(name, in: pod.record.namespace, port: port)) }
    }
    do { try await body(cluster) } catch {
      try? await removePolicies()
      throw error
    }
    try await removePolicies()
  }

  // MARK: Making and removing

  static func make() async throws {
    let namespaces = Self.namespaces.map {
      "apiVersion: v1\nkind: Namespace\nmetadata: {name: '\($0)', labels: {ns: '\($0)'}}"
    }
    let made = try await TestLab.apply((namespaces + places.map(manifest)).joined(separator: "\n---\n"))
    guard made.code == 0 else { throw LabError(made.output) }
    for place in places {
      try await TestLab.eventually("\(place) runs") {
        try await TestLab.api { try await $0.get(Pod.self, place.name, namespace: place.namespace).isReady }
      }
    }
  }

  /// Port 80 is called `serve` by the pods a, and 81 by the pods b.
  private static func manifest(_ place: Place) -> String {
    """
    apiVersion: v1
    kind: Pod
    metadata: {name: \(place.name), namespace: "\(place.namespace)", labels: {pod: \(place.name)}}
    spec:
      terminationGracePeriodSeconds: 1
      nodeSelector: {kubernetes.io/hostname: node\(place.node)}
      containers:
        - name: sleep
          image: this-machine
          command: [sleep, infinity]
          ports: [{name: serve, protocol: TCP, containerPort: \(place.name == "a" ? 80 : 81)}]
    """
  }

  /// Takes all of it away, whatever is there.
  static func remove() async throws {
    try await removePolicies()
    _ = try await TestLab.kubectl(["delete", "namespace", "--ignore-not-found"] + namespaces)
    try await TestLab.eventually("the pods are gone") {
      try PodRecords(folder: try TestLab.location.paths.pods).all().allSatisfy {
        !namespaces.contains($0.pod.namespace)
      }
    }
  }

  static func removePolicies() async throws {
    try await TestLab.api { client in
      try await deleteAll(KubernetesNetworkPolicy.self, client)
      try await deleteAll(CalicoNetworkPolicy.self, client)
      try await deleteAll(GlobalNetworkPolicy.self, client)
      try await deleteAll(NetworkSet.self, client)
      try await deleteAll(GlobalNetworkSet.self, client)
      for tier in try await client.list(Tier.self)
      where !StandardTier.all.map(\.name).contains(tier.metadata.name) {
        try await client.delete(Tier.self, tier.metadata.name)
      }
    }
  }

  private static func deleteAll<Object: KubernetesResource>(_: Object.Type, _ client: APIClient) async throws {
    for object in try await client.list(Object.self) {
      try await client.delete(Object.self, object.name, namespace: object.namespace)
    }
  }
}

struct PolicyPod: Sendable {
  let record: PodRecord
  let namespace: NetworkNamespace

  /// IPv4 first.
  var addresses: [InetAddress] { record.addresses.sorted() }
}

extension TestLab {
  static func kubectl(_ arguments: [String]) async throws -> CommandResult {
    try await run(["kubectl"] + arguments, environment: ["KUBECONFIG": try location.paths.adminKubeconfig])
  }
}

/// Makes that cluster for a suite, and takes it down afterwards in any case.
struct PolicyTrait: SuiteTrait, TestScoping {
  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    guard TestLab.isRoot else { return try await function() }
    do {
      try await PolicyCluster.make()
      try await function()
    } catch {
      try? await PolicyCluster.remove()
      throw error
    }
    try await PolicyCluster.remove()
  }
}

extension Trait where Self == PolicyTrait {
  static var policyCluster: Self { PolicyTrait() }
}
