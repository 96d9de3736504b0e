/// The kinds that a server serves.
struct ResourceRegistry: Sendable {
  let resources: [ResourceDescriptor]

  /// The kinds of Apus' control plane.
  static let standard = ResourceRegistry([
    .namespace, .node, .pod, .service, .serviceAccount, .event, .endpointSlice, .lease,
    // Where kinds of two groups have one name, kubectl means the first.
    .kubernetesNetworkPolicy, .clusterNetworkPolicy,
    .felixConfiguration, .ipPool, .bgpConfiguration, .tier, .calicoNetworkPolicy, .globalNetworkPolicy,
    .stagedNetworkPolicy, .stagedGlobalNetworkPolicy, .stagedKubernetesNetworkPolicy, .hostEndpoint, .networkSet,
    .globalNetworkSet,
  ])

  init(_ resources: [ResourceDescriptor]) { self.resources = resources }

  func resource(group: String, version: String, plural: String) -> ResourceDescriptor? {
    resources.first { $0.name.group == group && $0.name.version == version && $0.name.plural == plural }
  }

  func resource(named name: ResourceName) -> ResourceDescriptor? {
    resources.first { $0.name == name }
  }

  /// The group versions served besides the core group's, in the order they are first listed.
  var groupVersions: [(group: String, version: String)] {
    var seen: [(group: String, version: String)] = []
    for name in resources.map(\.name) where !name.group.isEmpty {
      if !seen.contains(where: { $0 == (name.group, name.version) }) { seen.append((name.group, name.version)) }
    }
    return seen
  }

  func resources(group: String, version: String) -> [ResourceDescriptor] {
    resources.filter { $0.name.group == group && $0.name.version == version }
      .sorted { $0.name.plural < $1.name.plural }
  }
}
