import CalicoAPI

/// Objects of the API in, what is enforced at each of this node's pods out. A change costs what it concerns: a policy is compared with
/// the pods of this node, a pod with the policies of its namespace and those of the cluster, and only rules of policies that some pod
/// here has are translated.
///
/// `takeChanges` tells what changed since it was last asked. The order in which objects are told makes no difference.
public struct PolicyResolver: Sendable {
  private struct KnownEndpoint: Sendable {
    var endpoint: PolicyEndpoint
    var policies: Set<PolicyKey> = []
    /// As it was told last.
    var told: EndpointPolicies?
  }

  private struct KnownPolicy: Sendable {
    var object: PolicyObject
    var head: PolicyHead
    var endpoints: Set<PolicyEndpointID> = []
    /// The rules, where an endpoint has the policy.
    var body: PolicyBody?
  }

  private var policies: [PolicyKey: KnownPolicy] = [:]
  /// Policies by namespace; nil is those of the cluster.
  private var scopes: [String?: Set<PolicyKey>] = [:]
  private var tiers = TierTable()
  private var endpoints: [PolicyEndpointID: KnownEndpoint] = [:]
  private var endpointsByNamespace: [String: Set<PolicyEndpointID>] = [:]
  /// What namespaces and service accounts pass on, by their profile's name.
  private var profiles: [String: [String: String]] = [:]

  private var sets = SetUses()
  private var stale: Set<PolicyEndpointID> = []
  private var gone: Set<PolicyEndpointID> = []

  public init() {}
}

// What there is.

extension PolicyResolver {
  /// A policy is there, or is another one than before.
  public mutating func setPolicy(_ object: PolicyObject) {
    let key = object.key
    guard policies[key]?.object != object else { return }
    removePolicy(key)
    var policy = KnownPolicy(object: object, head: object.head)
    let candidates = key.namespace.map { endpointsByNamespace[$0] ?? [] } ?? Set(endpoints.keys)
    for id in candidates {
      guard let endpoint = endpoints[id]?.endpoint, policy.head.isAbout(labels(of: endpoint)) else { continue }
      policy.endpoints.insert(id)
      endpoints[id]?.policies.insert(key)
    }
    stale.formUnion(policy.endpoints)
    policies[key] = policy
    scopes[key.namespace, default: []].insert(key)
    activate(key)
  }

  public mutating func removePolicy(_ key: PolicyKey) {
    guard let policy = policies.removeValue(forKey: key) else { return }
    scopes[key.namespace]?.remove(key)
    if scopes[key.namespace]?.isEmpty == true { scopes[key.namespace] = nil }
    for id in policy.endpoints { endpoints[id]?.policies.remove(key) }
    stale.formUnion(policy.endpoints)
    if let body = policy.body { sets.release(body.sets) }
  }

  public mutating func setTier(_ tier: Tier) { setTier(tier.metadata.name, tier.spec) }
  public mutating func removeTier(_ name: String) { setTier(name, nil) }

  private mutating func setTier(_ name: String, _ spec: TierSpec?) {
    guard tiers.set(name, spec) else { return }
    for policy in policies.values where policy.head.tier == name { stale.formUnion(policy.endpoints) }
  }

  public mutating func setNamespace(_ namespace: Namespace) {
    setProfile(ProfileName.namespace(namespace.metadata.name), namespace.passedLabels, of: namespace.metadata.name)
  }

  public mutating func removeNamespace(_ name: String) { setProfile(ProfileName.namespace(name), nil, of: name) }

  public mutating func setServiceAccount(_ account: ServiceAccount) {
    let (name, namespace) = (account.metadata.name, account.metadata.namespace)
    setProfile(ProfileName.serviceAccount(name, in: namespace), account.passedLabels, of: namespace)
  }

  public mutating func removeServiceAccount(_ name: String, in namespace: String) {
    setProfile(ProfileName.serviceAccount(name, in: namespace), nil, of: namespace)
  }

  private mutating func setProfile(_ name: String, _ labels: [String: String]?, of namespace: String) {
    guard profiles[name] != labels else { return }
    profiles[name] = labels
    for id in endpointsByNamespace[namespace] ?? [] {
      guard let endpoint = endpoints[id]?.endpoint, profileNames(of: endpoint).contains(name) else { continue }
      stale.insert(id)
      match(id)
    }
  }

  /// A pod of this node is there, or has other labels than before. Pods with the node's own network are none.
  public mutating func setEndpoint(_ endpoint: PolicyEndpoint) {
    guard endpoints[endpoint.id]?.endpoint != endpoint else { return }
    endpoints[endpoint.id, default: KnownEndpoint(endpoint: endpoint)].endpoint = endpoint
    endpointsByNamespace[endpoint.id.namespace, default: []].insert(endpoint.id)
    gone.remove(endpoint.id)
    stale.insert(endpoint.id)
    match(endpoint.id)
  }

  public mutating func removeEndpoint(_ id: PolicyEndpointID) {
    guard let endpoint = endpoints.removeValue(forKey: id) else { return }
    endpointsByNamespace[id.namespace]?.remove(id)
    if endpointsByNamespace[id.namespace]?.isEmpty == true { endpointsByNamespace[id.namespace] = nil }
    stale.remove(id)
    if endpoint.told != nil { gone.insert(id) }
    for key in endpoint.policies { detach(id, key) }
  }
}

// Who has which policies.

extension PolicyResolver {
  private func profileNames(of endpoint: PolicyEndpoint) -> [String] {
    let namespace = endpoint.id.namespace
    let own = ProfileName.namespace(namespace)
    if endpoint.serviceAccount.isEmpty { return [own] }
    return [own, ProfileName.serviceAccount(endpoint.serviceAccount, in: namespace)]
  }

  private func labels(of endpoint: PolicyEndpoint) -> EndpointLabels {
    EndpointLabels(own: endpoint.labels, inherited: profileNames(of: endpoint).compactMap { profiles[$0] })
  }

  /// Compares a pod with all policies that may be about it.
  private mutating func match(_ id: PolicyEndpointID) {
    guard let endpoint = endpoints[id] else { return }
    let labels = labels(of: endpoint.endpoint)
    var matching: Set<PolicyKey> = []
    for scope in [id.namespace, nil] {
      for key in scopes[scope] ?? [] where policies[key]?.head.isAbout(labels) == true { matching.insert(key) }
    }
    guard matching != endpoint.policies else { return }
    endpoints[id]?.policies = matching
    stale.insert(id)
    for key in endpoint.policies.subtracting(matching) { detach(id, key) }
    for key in matching.subtracting(endpoint.policies) {
      policies[key]?.endpoints.insert(id)
      activate(key)
    }
  }

  private mutating func detach(_ id: PolicyEndpointID, _ key: PolicyKey) {
    policies[key]?.endpoints.remove(id)
    guard let policy = policies[key], policy.endpoints.isEmpty, let body = policy.body else { return }
    sets.release(body.sets)
    policies[key]?.body = nil
  }

  /// Translates a policy's rules once an endpoint has it.
  private mutating func activate(_ key: PolicyKey) {
    guard let policy = policies[key], policy.body == nil, !policy.endpoints.isEmpty else { return }
    let body = policy.object.body(policy.head)
    sets.retain(body.sets)
    policies[key]?.body = body
  }
}

// What is enforced.

extension PolicyResolver {
  /// What changed since this was last called.
  public mutating func takeChanges() -> PolicyChanges {
    var changes = PolicyChanges()
    var known: [Ingredients: EndpointPolicies] = [:]
    for id in stale {
      guard let endpoint = endpoints[id] else { continue }
      let ingredients = ingredients(of: endpoint)
      // Endpoints of equal policies share one value, so that it is made once, and compared fast.
      let policies = known[ingredients] ?? effective(ingredients)
      known[ingredients] = policies
      guard policies != endpoint.told else { continue }
      endpoints[id]?.told = policies
      changes.endpoints[id] = policies
    }
    changes.removedEndpoints = gone
    (changes.addedSets, changes.removedSets) = sets.takeChanges()
    stale = []
    gone = []
    return changes
  }

  /// All that an endpoint's effective policies are made of.
  private struct Ingredients: Hashable {
    var policies: Set<PolicyKey>
    var namespace: String
    var isNamespaceKnown: Bool
  }

  private func ingredients(of endpoint: KnownEndpoint) -> Ingredients {
    let namespace = endpoint.endpoint.id.namespace
    return Ingredients(
      policies: endpoint.policies, namespace: namespace,
      isNamespaceKnown: profiles[ProfileName.namespace(namespace)] != nil)
  }

  private func effective(_ ingredients: Ingredients) -> EndpointPolicies {
    let parts = ingredients.policies.compactMap { key -> StagePolicy? in
      guard let policy = policies[key], let body = policy.body else { return nil }
      return StagePolicy(key: key, head: policy.head, body: body)
    }
    let assembly = StageAssembly(
      policies: parts, tiers: tiers, namespace: ingredients.namespace, isNamespaceKnown: ingredients.isNamespaceKnown)
    return EndpointPolicies(
      ingress: assembly.policy(.ingress), egress: assembly.policy(.egress), problems: assembly.problems)
  }
}
