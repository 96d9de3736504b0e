import CalicoAPI
import KubernetesClient

// Binds pods to nodes.
extension KubeletService {
  func schedule() {
    guard nodes.isSynced, pods.isSynced else { return }
    var counts: [String: Int] = [:]
    for pod in pods.objects.values where !pod.isFinished {
      let node = pod.spec.nodeName.isEmpty ? bindings[pod.key] : pod.spec.nodeName
      if let node { counts[node, default: 0] += 1 }
    }
    let waiting = pods.objects.values.filter {
      $0.spec.nodeName.isEmpty && bindings[$0.key] == nil && !$0.isTerminating
    }
    for pod in waiting.sorted(by: { $0.key < $1.key }) {
      let candidates = nodes.objects.values.filter { topology.node(named: $0.name) != nil }.map { node in
        Scheduler.Candidate(
          name: node.name, labels: node.metadata.labels, isUnschedulable: node.spec.unschedulable,
          podCount: counts[node.name] ?? 0)
      }
      guard let choice = Scheduler.choose(for: PodSpecification(pod), among: candidates) else { continue }
      counts[choice, default: 0] += 1
      bindings[pod.key] = choice
      Task { await bind(pod.key, to: choice) }
    }
  }

  func bind(_ key: ObjectKey, to node: String) async {
    do {
      _ = try await client.patch(
        Pod.self, key.name, namespace: key.namespace, .merge(["spec": ["nodeName": node]]))
      logger.info("\(key): on \(node)")
    } catch {
      logger.warning("\(key) could not be bound to \(node): \(error)")
      bindings[key] = nil
      if error.isNotFound { return }
      try? await Task.sleep(for: .seconds(1))
      schedule()
    }
  }
}
