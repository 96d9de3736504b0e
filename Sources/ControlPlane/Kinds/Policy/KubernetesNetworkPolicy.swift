import CalicoAPI

extension ResourceDescriptor {
  static let kubernetesNetworkPolicy = ResourceDescriptor(
    name: ResourceName(KubernetesNetworkPolicy.self), shortNames: ["netpol"], schema: .kubernetesNetworkPolicy,
    hasStatus: false, countsGenerations: true,
    columns: [
      .name,
      TableColumn("Pod-Selector", "The pods that the policy is about.") { policy, _ in
        let selector = try? (policy["spec"]?["podSelector"] ?? [:]).decoded(as: CalicoAPI.LabelSelector.self)
        return .string(selector?.description ?? "<invalid>")
      },
      .age,
    ],
    setDefaults: { policy in
      KubernetesPolicyDefaults.apply(&policy)
      guard policy["spec"]?["policyTypes"]?.isEmpty ?? true,
        let spec = try? policy.decoded(as: KubernetesNetworkPolicy.self).spec
      else { return }
      policy[["spec", "policyTypes"]] = JSON(spec.effectiveTypes.map(\.rawValue))
    },
    validate: TypedValidation.validate(KubernetesNetworkPolicy.self) { $0.spec.errors() })
}

/// What a NetworkPolicy of Kubernetes has where it says nothing.
enum KubernetesPolicyDefaults {
  static func apply(_ policy: inout JSON) {
    if policy["spec"]?["podSelector"] == nil { policy[["spec", "podSelector"]] = [:] }
    for direction in ["ingress", "egress"] {
      guard let rules = policy["spec"]?[direction]?.array else { continue }
      policy[["spec", direction]] = .array(rules.map(withProtocols))
    }
  }

  private static func withProtocols(_ rule: JSON) -> JSON {
    guard let ports = rule["ports"]?.array else { return rule }
    var rule = rule
    rule["ports"] = .array(
      ports.map { port in
        var port = port
        if port["protocol"] == nil { port["protocol"] = "TCP" }
        return port
      })
    return rule
  }
}

extension ResourceName {
  init<Object: KubernetesObject>(_: Object.Type) {
    self.init(group: Object.group, version: Object.version, plural: Object.plural, kind: Object.kind)
  }
}
