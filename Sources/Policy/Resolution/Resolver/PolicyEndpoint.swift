import CalicoAPI

/// Names a pod.
public struct PolicyEndpointID: Hashable, Sendable {
  public var namespace: String
  public var name: String

  public init(namespace: String, name: String) {
    self.namespace = namespace
    self.name = name
  }
}

/// What decides which policies a pod of this node has.
public struct PolicyEndpoint: Hashable, Sendable {
  public var id: PolicyEndpointID
  /// `Pod.policyLabels`.
  public var labels: [String: String]
  public var serviceAccount: String

  public init(id: PolicyEndpointID, labels: [String: String], serviceAccount: String) {
    self.id = id
    self.labels = labels
    self.serviceAccount = serviceAccount
  }

  public init(_ pod: Pod) {
    self.init(
      id: PolicyEndpointID(namespace: pod.metadata.namespace, name: pod.metadata.name), labels: pod.policyLabels,
      serviceAccount: pod.spec.serviceAccountName)
  }
}

/// What is enforced at an endpoint.
public struct EndpointPolicies: Hashable, Sendable {
  public var ingress: EffectivePolicy
  public var egress: EffectivePolicy
  /// What cannot be enforced as it stands; it fails closed.
  public var problems: [PolicyProblem]

  public subscript(direction: PolicyDirection) -> EffectivePolicy { direction == .ingress ? ingress : egress }
}

/// What changed since it was last asked for.
public struct PolicyChanges: Hashable, Sendable {
  /// Sets that rules of these endpoints need from now on: to be filled before the policies are enforced.
  public var addedSets: [IPSetID: IPSetDefinition] = [:]
  /// Endpoints whose policies are others than before.
  public var endpoints: [PolicyEndpointID: EndpointPolicies] = [:]
  public var removedEndpoints: Set<PolicyEndpointID> = []
  /// Sets that no rule needs any more: to be removed once the policies are enforced.
  public var removedSets: Set<IPSetID> = []

  public init() {}

  public var isEmpty: Bool { self == PolicyChanges() }
}
