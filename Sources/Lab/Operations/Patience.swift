import CalicoAPI
import KubernetesClient
import Netlink

/// Waits for parts of the lab, with a limit and a reason when it is reached.
struct Patience: Sendable {
  let paths: LabPaths
  let starter: ComponentStarter
  let state: LabState
  /// The processes without which waiting is in vain.
  let needed: [String]

  init(_ paths: LabPaths, _ starter: ComponentStarter, _ state: LabState, needed: [String]) {
    self.paths = paths
    self.starter = starter
    self.state = state
    self.needed = needed
  }

  /// Asks again and again; `question` gives nil when all is well, else what is missing.
  private func wait(_ limit: Duration, _ question: () async throws -> String?) async throws {
    let deadline = ContinuousClock.now + limit
    while true {
      for name in needed { try starter.check(name, state) }
      guard let missing = try await question() else { return }
      guard ContinuousClock.now < deadline else {
        throw LabError(
          "\(missing), after \(limit.components.seconds) s", advice: "See bin/lab status and bin/lab logs.")
      }
      try await Task.sleep(for: .milliseconds(100))
    }
  }

  func waitForAPIServer() async throws {
    try await wait(.seconds(30)) {
      do {
        return try await LabClient.open(paths) { try await $0.text(at: "/readyz") } == "ok"
          ? nil : "the API server is not ready"
      } catch {
        return "the API server does not answer: \(error)"
      }
    }
  }

  func waitForAgent(_ node: LabNode) async throws {
    try await wait(.seconds(30)) { AgentReadiness.trouble(of: node).map { "\(node.host.name) is not ready: \($0)" } }
  }

  /// Gives where the pods are.
  func waitForPods(_ manifest: Manifest) async throws -> String {
    let names = manifest.pods.map { ObjectKey(namespace: $0.namespace, name: $0.name) }
    var nodes = 0
    try await LabClient.open(paths) { client in
      try await wait(.seconds(60)) {
        let pods = try await client.list(Pod.self)
        let waiting = names.compactMap { name -> String? in
          guard let pod = pods.first(where: { $0.namespace == name.namespace && $0.name == name.name }) else {
            return "\(name) is gone"
          }
          return pod.isReady ? nil : Self.reason(pod)
        }
        nodes = Set(pods.filter { names.contains($0.key) }.map(\.spec.nodeName)).count
        return waiting.isEmpty ? nil : "not ready: \(waiting.joined(separator: "; "))"
      }
    }
    return "\(names.count) ready on \(nodes) \(nodes == 1 ? "node" : "nodes")"
  }

  private static func reason(_ pod: Pod) -> String {
    let waiting = pod.status.containerStatuses.compactMap { $0.state?.waiting?.message }.first { !$0.isEmpty }
    let reason =
      [pod.status.message, waiting ?? "", pod.status.phase.rawValue].first { !$0.isEmpty } ?? "no status yet"
    return "\(pod.namespace)/\(pod.name) (\(reason))"
  }

  /// Asks each Service from its first client in the cluster: a pod that is not one of its backends.
  func waitForServices(_ manifest: Manifest) async throws -> String? {
    let records = try PodRecords(folder: paths.pods).all()
    var answers: [String] = []
    for service in manifest.services {
      let stored = try await LabClient.open(paths) {
        try await $0.get(Service.self, service.name, namespace: service.namespace)
      }
      let selector = service.spec.selector
      let backends = Set(
        manifest.pods.filter { pod in selector.allSatisfy { pod.metadata.labels[$0.key] == $0.value } }.map(\.name))
      guard let port = stored.spec.ports.first.flatMap({ UInt16(exactly: $0.port) }),
        let client = records.first(where: { !backends.contains($0.pod.name) })
      else { continue }
      let probe = ReadinessProbe(action: .get(port: port, path: "/"), timeout: .seconds(2))
      for address in stored.spec.clusterIPs.compactMap({ InetAddress($0) }) {
        try await wait(.seconds(15)) {
          probe.run(at: address, from: client.namespace)
            ? nil : "the Service \(service.name) does not answer \(client.pod) at \(address) port \(port)"
        }
        answers.append("\(address)")
      }
    }
    return answers.isEmpty ? nil : "\(answers.joined(separator: ", ")) answered"
  }
}
