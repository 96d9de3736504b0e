import CalicoAPI

/// The FelixConfigurations of the cluster, from both groups that may serve them.
struct ConfigurationStore: Sendable {
  /// By name, of projectcalico.org/v3 and of crd.projectcalico.org/v1. A cluster with Calico's API server has both, and they
  /// are the same objects; the first counts.
  private var served: [String: OpenSpec] = [:]
  private var stored: [String: OpenSpec] = [:]

  /// - Parameter spec: nil when the object is gone.
  mutating func set<Group: CalicoGroup>(_ spec: OpenSpec?, named name: String, of group: Group.Type) {
    if group == ProjectCalico.self { served[name] = spec } else { stored[name] = spec }
  }

  var all: [String: OpenSpec] { stored.merging(served) { $1 } }
}
