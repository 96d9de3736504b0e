/// A kind of Calico's that knows what is wrong with an object of it.
public protocol ValidatedKind: CalicoKind {
  /// What is wrong, field by field, but for what all objects' metadata must fulfil.
  static func errors(_ metadata: ObjectMeta, _ spec: Spec, _ selectors: SelectorRule) -> [FieldError]
}

extension CalicoObject where Definition: ValidatedKind {
  /// What is wrong with the object, field by field, but for what all objects' metadata must fulfil.
  public func errors(_ selectors: SelectorRule) -> [FieldError] { Definition.errors(metadata, spec, selectors) }
}

extension TierKind: ValidatedKind {
  public static func errors(_ metadata: ObjectMeta, _ spec: TierSpec, _ selectors: SelectorRule) -> [FieldError] {
    spec.errors(at: "spec", name: metadata.name)
  }
}

extension NetworkPolicyKind: ValidatedKind {
  public static func errors(
    _ metadata: ObjectMeta, _ spec: NetworkPolicySpec, _ selectors: SelectorRule
  ) -> [FieldError] {
    PolicyName.errors(metadata.name, namespaced: true) + spec.errors(selectors)
  }
}

extension GlobalNetworkPolicyKind: ValidatedKind {
  public static func errors(
    _ metadata: ObjectMeta, _ spec: GlobalNetworkPolicySpec, _ selectors: SelectorRule
  ) -> [FieldError] {
    PolicyName.errors(metadata.name, namespaced: false) + spec.errors(selectors)
  }
}

extension StagedNetworkPolicyKind: ValidatedKind {
  public static func errors(_ metadata: ObjectMeta, _ spec: Spec, _ selectors: SelectorRule) -> [FieldError] {
    PolicyName.errors(metadata.name, namespaced: true)
      + spec.errors(at: "spec", isBlank: spec.policy == NetworkPolicySpec(tier: spec.policy.tier)) {
        spec.policy.errors(selectors)
      }
  }
}

extension StagedGlobalNetworkPolicyKind: ValidatedKind {
  public static func errors(_ metadata: ObjectMeta, _ spec: Spec, _ selectors: SelectorRule) -> [FieldError] {
    PolicyName.errors(metadata.name, namespaced: false)
      + spec.errors(at: "spec", isBlank: spec.policy == GlobalNetworkPolicySpec(tier: spec.policy.tier)) {
        spec.policy.errors(selectors)
      }
  }
}

extension StagedKubernetesNetworkPolicyKind: ValidatedKind {
  public static func errors(_ metadata: ObjectMeta, _ spec: Spec, _ selectors: SelectorRule) -> [FieldError] {
    spec.errors(at: "spec", isBlank: spec.policy == KubernetesNetworkPolicySpec()) { spec.policy.errors() }
  }
}

extension HostEndpointKind: ValidatedKind {
  public static func errors(
    _ metadata: ObjectMeta, _ spec: HostEndpointSpec, _ selectors: SelectorRule
  ) -> [FieldError] {
    spec.errors(at: "spec")
  }
}

extension NetworkSetKind: ValidatedKind {
  public static func errors(
    _ metadata: ObjectMeta, _ spec: NetworkSetSpec, _ selectors: SelectorRule
  ) -> [FieldError] {
    spec.errors(at: "spec", labels: metadata.labels)
  }
}

extension GlobalNetworkSetKind: ValidatedKind {
  public static func errors(
    _ metadata: ObjectMeta, _ spec: NetworkSetSpec, _ selectors: SelectorRule
  ) -> [FieldError] {
    spec.errors(at: "spec", labels: metadata.labels)
  }
}

/// What policies of Calico's may be called: one label, or two with a dot between them, as older releases write the tier first.
private enum PolicyName {
  static func errors(_ name: String, namespaced: Bool) -> [FieldError] {
    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
    // What older releases make of a NetworkPolicy of Kubernetes.
    let isConverted = namespaced && ["knp.default.", "ossg.default."].contains(where: name.hasPrefix)
    return labels.count <= 2 || isConverted
      ? [] : [.invalid("metadata.name", name, "a policy's name has at most one dot")]
  }
}
