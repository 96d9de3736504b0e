/// Finds a node for a pod.
struct Scheduler: Hashable, Sendable {
  /// A node as the scheduler sees it.
  struct Candidate: Hashable, Sendable {
    var name: String
    var labels: [String: String] = [:]
    /// `kubectl cordon` sets it.
    var isUnschedulable = false
    /// Pods bound to it.
    var podCount: Int
  }

  /// The node with the fewest pods among those that fit; of equals the first by number of the name. Nil if none fits.
  static func choose(for pod: PodSpecification, among candidates: [Candidate]) -> String? {
    candidates
      .filter { candidate in
        !candidate.isUnschedulable && pod.nodeSelector.allSatisfy { candidate.labels[$0.key] == $0.value }
      }
      .min { ($0.podCount, $0.name.utf8.count, $0.name) < ($1.podCount, $1.name.utf8.count, $1.name) }?
      .name
  }
}
