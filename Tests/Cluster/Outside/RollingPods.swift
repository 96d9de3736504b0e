import Foundation
import Netlink

@testable import Lab

/// Pods behind a Service that come and go, each with a server of this process in its namespace. They take two seconds to end.
final class RollingPods {
  static let nodePort: UInt16 = 31_050
  private var servers: [String: OutsideServer] = [:]

  static func name(_ number: Int) -> String { "rolling-\(number)" }

  func makeService() async throws {
    let applied = try await TestLab.apply(
      """
      apiVersion: v1
      kind: Service
      metadata: {name: rolling, namespace: default}
      spec:
        type: NodePort
        ipFamilyPolicy: PreferDualStack
        selector: {rolls: "true"}
        ports:
          - {protocol: TCP, port: 80, targetPort: \(OutsideCluster.serverPort), nodePort: \(Self.nodePort)}
      """)
    guard applied.code == 0 else { throw LabError(applied.output) }
  }

  /// Starts pods, each on its node, and waits until they are ready.
  func start(_ numbers: [Int]) async throws {
    let applied = try await TestLab.apply(numbers.map { Self.manifest($0) }.joined(separator: "\n---\n"))
    guard applied.code == 0 else { throw LabError(applied.output) }
    for name in numbers.map({ Self.name($0) }) {
      // A namespace has its name before it can be entered.
      try await TestLab.eventually("\(name) has a namespace") {
        guard let namespace = try Self.namespace(of: name) else { return false }
        servers[name] = try? OutsideServer(name, in: namespace, port: OutsideCluster.serverPort)
        return servers[name] != nil
      }
    }
    for name in numbers.map({ Self.name($0) }) {
      try await TestLab.eventually("\(name) is ready") { try await TestLab.pod(name).isReady }
    }
  }

  /// Has a pod end; that takes a while.
  func end(_ number: Int) async throws {
    let deleted = try await TestLab.kubectl("delete", "pod", Self.name(number), "--wait=false")
    guard deleted.code == 0 else { throw LabError(deleted.output) }
  }

  func waitForEnd(_ number: Int) async throws {
    try await TestLab.eventually("\(Self.name(number)) is gone") {
      try Self.namespace(of: Self.name(number)) == nil
    }
    servers.removeValue(forKey: Self.name(number))?.stop()
  }

  /// Takes all of it away, whatever is there.
  func remove() async throws {
    _ = try await TestLab.kubectl("delete", "service", "rolling", "--ignore-not-found")
    _ = try await TestLab.kubectl("delete", "pods", "-l", "rolls=true", "--ignore-not-found")
    for server in servers.values { server.stop() }
  }

  private static func namespace(of pod: String) throws -> String? {
    let name = PodName(namespace: "default", name: pod)
    return try PodRecords(folder: try TestLab.location.paths.pods).all().first { $0.pod == name }?.namespace
  }

  private static func manifest(_ number: Int) -> String {
    """
    apiVersion: v1
    kind: Pod
    metadata: {name: \(name(number)), namespace: default, labels: {rolls: "true"}}
    spec:
      terminationGracePeriodSeconds: 5
      nodeSelector: {kubernetes.io/hostname: node\(1 + number % 3)}
      containers:
        - name: waits
          image: this-machine
          command: [sh, -c, "trap 'sleep 2; exit 0' TERM; while true; do sleep 0.1; done"]
          readinessProbe: {tcpSocket: {port: \(OutsideCluster.serverPort)}, periodSeconds: 1}
    """
  }
}
