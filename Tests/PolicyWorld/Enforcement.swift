import CalicoAPI
import Policy

/// The way that production goes: objects into the resolver and the index of sets one by one, what they say of each pod asked rule by
/// rule.
package struct Enforcement {
  package private(set) var cluster = OracleCluster()
  private var resolver = PolicyResolver()
  private var policies: [PolicyEndpointID: EndpointPolicies] = [:]
  private var definitions: [IPSetID: IPSetDefinition] = [:]
  private var evaluator = EffectiveEvaluator(sets: [:])
  private var index = IPSetIndex()
  /// Of the sets that rules need.
  package private(set) var members: [IPSetID: Set<IPSetMember>] = [:]

  package init() {}

  package init(_ cluster: OracleCluster) { become(cluster) }

  /// Makes the cluster another one, by telling what differs.
  package mutating func become(_ new: OracleCluster) {
    change(cluster.tiers, new.tiers, { $0.setTier($1) }, { $0.removeTier($1.metadata.name) })
    change(cluster.namespaces, new.namespaces, { $0.setNamespace($1) }, { $0.removeNamespace($1.metadata.name) })
    change(
      cluster.serviceAccounts, new.serviceAccounts, { $0.setServiceAccount($1) },
      { $0.removeServiceAccount($1.metadata.name, in: $1.metadata.namespace) })
    change(
      cluster.policies, new.policies, { $0.setPolicy($1) }, { $0.removePolicy($1.key) }, name: { "\($0.key)" })
    change(
      cluster.endpoints, new.endpoints, { $0.setEndpoint(PolicyEndpoint($1)) },
      { $0.removeEndpoint(PolicyEndpoint($1).id) })
    changeIndex(new)
    cluster = new

    let changes = resolver.takeChanges()
    definitions.merge(changes.addedSets) { $1 }
    for id in changes.removedSets { definitions[id] = nil }
    policies.merge(changes.endpoints) { $1 }
    for id in changes.removedEndpoints { policies[id] = nil }
    for (id, definition) in changes.addedSets { index.activate(id, definition) }
    for id in changes.removedSets { index.deactivate(id) }
    for (id, change) in index.takeChanges() {
      members[id] = members[id, default: []].subtracting(change.removed).union(change.added)
    }
    for id in changes.removedSets { members[id] = nil }
    evaluator = EffectiveEvaluator(sets: members)
  }

  /// What sets are made of.
  private mutating func changeIndex(_ new: OracleCluster) {
    for object in cluster.objects.keys where new.objects[object] == nil { index.removeObject(object) }
    for (id, object) in new.objects where cluster.objects[id] != object { index.setObject(id, object) }
    for id in cluster.parents.keys where new.parents[id] == nil { index.removeParent(id) }
    for (id, labels) in new.parents where cluster.parents[id] != labels { index.setParent(id, labels: labels) }
    let services = Set((cluster.endpointSlices + new.endpointSlices).map { [$0.metadata.namespace, $0.serviceName] })
    for service in services {
      let slices = new.endpointSlices.filter { [$0.metadata.namespace, $0.serviceName] == service }
      ServiceSets(slices).tell(&index, namespace: service[0], name: service[1])
    }
  }

  /// Sets whose members are not those that are found by asking everybody.
  package var wrongSets: [IPSetID] {
    let asked = BruteForceSets(cluster)
    return definitions.filter { members[$0.key, default: []] != asked.members(of: $0.value) }.map(\.key)
  }

  private mutating func change<Object: KubernetesObject>(
    _ old: [Object], _ new: [Object], _ set: (inout PolicyResolver, Object) -> Void,
    _ remove: (inout PolicyResolver, Object) -> Void
  ) {
    change(old, new, set, remove) { "\($0.metadata.namespace)/\($0.metadata.name)" }
  }

  private mutating func change<Object: Hashable>(
    _ old: [Object], _ new: [Object], _ set: (inout PolicyResolver, Object) -> Void,
    _ remove: (inout PolicyResolver, Object) -> Void, name: (Object) -> String
  ) {
    let (known, names) = (Set(old), Set(new.map(name)))
    for object in old where !names.contains(name(object)) { remove(&resolver, object) }
    for object in new where !known.contains(object) { set(&resolver, object) }
  }

  /// nil where nothing is enforced.
  package func verdict(
    namespace: String, pod: String, _ direction: PolicyDirection, _ packet: PolicyPacket
  ) -> PolicyVerdict? {
    policies[PolicyEndpointID(namespace: namespace, name: pod)].map { evaluator.verdict($0[direction], packet) }
  }

  package func policies(namespace: String, pod: String) -> EndpointPolicies? {
    policies[PolicyEndpointID(namespace: namespace, name: pod)]
  }

  /// Sets that rules name and that nobody said are needed.
  package var unknownSets: Set<IPSetID> {
    let rules = policies.values.flatMap { $0.ingress.stages + $0.egress.stages }.flatMap(\.rules)
    return Set(rules.flatMap { $0.match.source.allSets + $0.match.destination.allSets }).subtracting(definitions.keys)
  }

  /// Sets that are said to be needed and that no rule names.
  package var neededSets: Set<IPSetID> { Set(definitions.keys) }

  /// All that is enforced, for comparing.
  package var all: [PolicyEndpointID: EndpointPolicies] { policies }
}

extension PeerMatch {
  fileprivate var allSets: [IPSetID] {
    var ports: [PortMatch] = Array(notPorts)
    if case .among(let some) = self.ports { ports += some }
    let named = ports.compactMap { port in
      if case .members(let id) = port { id } else { nil }
    }
    return Array(sets) + notSets + named + (members.map { [$0] } ?? [])
  }
}

extension OracleCluster {
  package var policies: [PolicyObject] {
    kubernetesPolicies.map(PolicyObject.kubernetes) + clusterPolicies.map(PolicyObject.cluster)
      + networkPolicies.map(PolicyObject.network) + globalPolicies.map(PolicyObject.global)
  }

  package var endpoints: [Pod] { pods.filter { !$0.spec.hostNetwork } }

  fileprivate var objects: [LabelledObjectID: LabelledObject] {
    var objects: [LabelledObjectID: LabelledObject] = [:]
    for pod in pods { objects[.pod(pod.metadata.name, in: pod.metadata.namespace)] = pod.labelledObject }
    for set in networkSets { objects[.networkSet(set.metadata.name, in: set.metadata.namespace)] = set.labelledObject }
    for set in globalNetworkSets { objects[.globalNetworkSet(set.metadata.name)] = set.labelledObject }
    for host in hostEndpoints { objects[.hostEndpoint(host.metadata.name)] = host.labelledObject }
    return objects
  }

  fileprivate var parents: [LabelParentID: [String: String]] {
    var parents: [LabelParentID: [String: String]] = [:]
    for namespace in namespaces { parents[.namespace(namespace.metadata.name)] = namespace.passedLabels }
    for account in serviceAccounts {
      parents[.serviceAccount(account.metadata.name, in: account.metadata.namespace)] = account.passedLabels
    }
    return parents
  }
}
