import CalicoAPI
import Dataplane
import KubernetesClient
import Policy
import Services

/// What decides about policies, and what it comes to at the pods of this node. Pure: no I/O.
struct PolicyStore: Sendable {
  private let nodeName: String
  private var resolver = PolicyResolver()
  private var index = IPSetIndex()
  private var tiers = ServedObjects<TierKind>()
  private var networkPolicies = ServedObjects<NetworkPolicyKind>()
  private var globalPolicies = ServedObjects<GlobalNetworkPolicyKind>()
  private var networkSets = ServedObjects<NetworkSetKind>()
  private var globalSets = ServedObjects<GlobalNetworkSetKind>()
  private var slices = ServiceSlices()
  /// What is to be enforced, by interface.
  private(set) var policies: [String: WorkloadPolicy] = [:]
  private var problems: [PolicyEndpointID: [PolicyProblem]] = [:]
  /// Sets that no rule needs any more, while programs with such rules may still be asked.
  private var retired: Set<IPSetID> = []
  private var needed: Set<IPSetID> = []

  init(nodeName: String) { self.nodeName = nodeName }

  /// One sentence for each policy that cannot be enforced as it stands.
  var complaints: Set<String> { Set(problems.values.joined().map(\.description)) }

  // MARK: Taking in

  mutating func apply(_ change: PolicyChange) {
    switch change {
    case .namespace(let delta): apply(delta)
    case .serviceAccount(let delta): apply(delta)
    case .kubernetes(let delta): apply(delta, .kubernetesNetworkPolicy) { .kubernetes($0) }
    case .cluster(let delta): apply(delta, .clusterNetworkPolicy) { .cluster($0) }
    case .tier(let delta): setTier(tiers.set(delta))
    case .storedTier(let delta): setTier(tiers.set(stored: delta))
    case .network(let delta): setNetworkPolicy(networkPolicies.set(delta))
    case .storedNetwork(let delta): setNetworkPolicy(networkPolicies.set(stored: delta))
    case .global(let delta): setGlobalPolicy(globalPolicies.set(delta))
    case .storedGlobal(let delta): setGlobalPolicy(globalPolicies.set(stored: delta))
    case .networkSet(let delta): setNetworkSet(networkSets.set(delta))
    case .storedNetworkSet(let delta): setNetworkSet(networkSets.set(stored: delta))
    case .globalNetworkSet(let delta): setGlobalSet(globalSets.set(delta))
    case .storedGlobalNetworkSet(let delta): setGlobalSet(globalSets.set(stored: delta))
    }
  }

  mutating func apply(_ delta: Delta<Pod>) {
    guard let key = delta.key else { return }
    let object = LabelledObjectID.pod(key.name, in: key.namespace)
    let endpoint = PolicyEndpointID(namespace: key.namespace, name: key.name)
    guard let pod = delta.object, let labelled = pod.labelledObject else {
      index.removeObject(object)
      resolver.removeEndpoint(endpoint)
      return
    }
    index.setObject(object, labelled)
    if pod.spec.nodeName == nodeName {
      resolver.setEndpoint(PolicyEndpoint(pod))
    } else {
      resolver.removeEndpoint(endpoint)
    }
  }

  mutating func apply(_ delta: Delta<EndpointSlice>) {
    guard let key = delta.key else { return }
    let services = slices.set(delta.object, namespace: key.namespace, named: key.name)
    for service in services { slices.tell(&index, service) }
  }

  private mutating func apply(_ delta: Delta<Namespace>) {
    guard let name = delta.key?.name else { return }
    guard let namespace = delta.object else {
      index.removeParent(.namespace(name))
      return resolver.removeNamespace(name)
    }
    index.setParent(.namespace(name), labels: namespace.passedLabels)
    resolver.setNamespace(namespace)
  }

  private mutating func apply(_ delta: Delta<ServiceAccount>) {
    guard let key = delta.key else { return }
    let parent = LabelParentID.serviceAccount(key.name, in: key.namespace)
    guard let account = delta.object else {
      index.removeParent(parent)
      return resolver.removeServiceAccount(key.name, in: key.namespace)
    }
    index.setParent(parent, labels: account.passedLabels)
    resolver.setServiceAccount(account)
  }

  private mutating func apply<Object>(
    _ delta: Delta<Object>, _ kind: PolicyKey.Kind, _ make: (Object) -> PolicyObject
  ) {
    guard let key = delta.key else { return }
    if let object = delta.object { return resolver.setPolicy(make(object)) }
    resolver.removePolicy(
      PolicyKey(kind, namespace: key.namespace.isEmpty ? nil : key.namespace, name: key.name))
  }

  private mutating func setTier(_ change: (key: ServedObjects<TierKind>.Key, object: Tier?)?) {
    guard let change else { return }
    if let tier = change.object { resolver.setTier(tier) } else { resolver.removeTier(change.key.name) }
  }

  private mutating func setNetworkPolicy(
    _ change: (key: ServedObjects<NetworkPolicyKind>.Key, object: CalicoNetworkPolicy?)?
  ) {
    guard let change else { return }
    if let policy = change.object { return resolver.setPolicy(.network(policy)) }
    resolver.removePolicy(PolicyKey(.networkPolicy, namespace: change.key.namespace, name: change.key.name))
  }

  private mutating func setGlobalPolicy(
    _ change: (key: ServedObjects<GlobalNetworkPolicyKind>.Key, object: GlobalNetworkPolicy?)?
  ) {
    guard let change else { return }
    if let policy = change.object { return resolver.setPolicy(.global(policy)) }
    resolver.removePolicy(PolicyKey(.globalNetworkPolicy, name: change.key.name))
  }

  private mutating func setNetworkSet(_ change: (key: ServedObjects<NetworkSetKind>.Key, object: NetworkSet?)?) {
    guard let change else { return }
    let id = LabelledObjectID.networkSet(change.key.name, in: change.key.namespace)
    if let set = change.object { index.setObject(id, set.labelledObject) } else { index.removeObject(id) }
  }

  private mutating func setGlobalSet(
    _ change: (key: ServedObjects<GlobalNetworkSetKind>.Key, object: GlobalNetworkSet?)?
  ) {
    guard let change else { return }
    let id = LabelledObjectID.globalNetworkSet(change.key.name)
    if let set = change.object { index.setObject(id, set.labelledObject) } else { index.removeObject(id) }
  }

  // MARK: Calculating

  /// Works out what is to be enforced. Returns what members sets have got and lost since the last time.
  mutating func compute() -> MembershipChanges {
    let changes = resolver.takeChanges()
    for (id, policies) in changes.endpoints {
      self.policies[interface(id)] = WorkloadPolicy(ingress: policies.ingress, egress: policies.egress)
      problems[id] = policies.problems.isEmpty ? nil : policies.problems
    }
    for id in changes.removedEndpoints {
      policies[interface(id)] = nil
      problems[id] = nil
    }
    for (id, definition) in changes.addedSets {
      retired.remove(id)
      needed.insert(id)
      switch definition {
      case .service(let namespace, let name), .serviceAddresses(let namespace, let name):
        slices.follow(ServiceName(namespace: namespace, name: name), &index)
      case .selector, .namedPort: break
      }
      index.activate(id, definition)
    }
    retired.formUnion(changes.removedSets)
    needed.subtract(changes.removedSets)
    return index.takeChanges()
  }

  /// What was worked out last is enforced: what only rules of before needed goes with the next time. Returns whether there is such.
  mutating func enforced() -> Bool {
    for id in retired { index.deactivate(id) }
    defer { retired = [] }
    return !retired.isEmpty
  }

  private func interface(_ id: PolicyEndpointID) -> String {
    WorkloadInterfaceName.of(namespace: id.namespace, pod: id.name)
  }
}
