import CalicoAPI

extension ResourceDescriptor {
  static let calicoNetworkPolicy = calicoPolicy(
    NetworkPolicyKind.self, ["cnp", "caliconetworkpolicy"], .calicoNetworkPolicy, \.effectiveTypes)

  static let globalNetworkPolicy = calicoPolicy(
    GlobalNetworkPolicyKind.self, ["gnp", "cgnp"], .globalNetworkPolicy, \.effectiveTypes, showsAge: true)

  static let stagedNetworkPolicy = calicoPolicy(
    StagedNetworkPolicyKind.self, ["scnp", "snp"], .stagedNetworkPolicy, \.policy.effectiveTypes)

  static let stagedGlobalNetworkPolicy = calicoPolicy(
    StagedGlobalNetworkPolicyKind.self, ["sgnp"], .stagedGlobalNetworkPolicy, \.policy.effectiveTypes)

  static let stagedKubernetesNetworkPolicy = calicoKind(
    StagedKubernetesNetworkPolicyKind.self, ["sknp"], .stagedKubernetesNetworkPolicy, [.name, .age]
  ) { policy in
    StagedDefaults.apply(&policy)
    CalicoPolicyDefaults.applyTypes(
      &policy, "policyTypes", StagedKubernetesNetworkPolicy.self, \.policy.effectiveTypes)
  }

  /// A kind of which each object belongs to a tier.
  ///
  /// - Parameters:
  ///   - types: those that a policy means that names none.
  ///   - showsAge: Calico's definitions of the kinds differ.
  private static func calicoPolicy<Kind: ValidatedKind>(
    _ kind: Kind.Type, _ shortNames: [String], _ schema: ObjectSchema,
    _ types: @escaping @Sendable (Kind.Spec) -> [PolicyType], showsAge: Bool = false
  ) -> ResourceDescriptor {
    let columns: [TableColumn] = [.name, .specField("Tier", "tier"), .specField("Order", "order", type: "number")]
    var descriptor = calicoKind(kind, shortNames, schema, columns + (showsAge ? [.age] : [])) { policy in
      if schema.specHas("stagedAction") { StagedDefaults.apply(&policy) }
      CalicoPolicyDefaults.applyTier(&policy)
      CalicoPolicyDefaults.applyTypes(&policy, "types", CalicoObject<Kind, ProjectCalico>.self, types)
    }
    descriptor.selectableFields = ["spec.tier": ["spec", "tier"]]
    descriptor.allocate = { policy, old, transaction in TierRules.missingTier(policy, old, transaction) }
    return descriptor
  }

  static func calicoKind<Kind: ValidatedKind>(
    _: Kind.Type, _ shortNames: [String], _ schema: ObjectSchema, _ columns: [TableColumn],
    setDefaults: @escaping @Sendable (_ object: inout JSON) -> Void
  ) -> ResourceDescriptor {
    ResourceDescriptor(
      name: ResourceName(CalicoObject<Kind, ProjectCalico>.self), shortNames: shortNames,
      namespaced: Kind.isNamespaced, schema: schema, hasStatus: false, countsGenerations: true, columns: columns,
      setDefaults: { object in
        if object["spec"] == nil { object["spec"] = [:] }
        setDefaults(&object)
      },
      validate: TypedValidation.validate(CalicoObject<Kind, ProjectCalico>.self) { $0.errors(.calico) })
  }
}

/// What Calico's policies have where they say nothing.
enum CalicoPolicyDefaults {
  /// The label that says again which tier a policy belongs to, so that lists can select by it.
  static let tierLabel = "projectcalico.org/tier"

  static func applyTier(_ policy: inout JSON) {
    if policy["spec"]?["tier"]?.isEmpty ?? true { policy[["spec", "tier"]] = .string(StandardTier.default.name) }
    policy[["metadata", "labels", tierLabel]] = policy["spec"]?["tier"]
  }

  /// - Parameters:
  ///   - field: where types stand.
  ///   - types: those that a policy means that names none.
  static func applyTypes<Kind: CalicoKind>(
    _ policy: inout JSON, _ field: String, _ type: CalicoObject<Kind, ProjectCalico>.Type,
    _ types: (Kind.Spec) -> [PolicyType]
  ) {
    // A staged deletion says nothing but which tier it is of.
    guard policy["spec"]?[field]?.isEmpty ?? true, policy["spec"]?["stagedAction"] != "Delete",
      let spec = try? policy.decoded(as: type).spec
    else { return }
    policy[["spec", field]] = JSON(types(spec).map(\.rawValue))
  }
}

/// What staged policies have where they say nothing.
enum StagedDefaults {
  static func apply(_ policy: inout JSON) {
    if policy["spec"]?["stagedAction"]?.isEmpty ?? true { policy[["spec", "stagedAction"]] = "Set" }
  }
}

extension ObjectSchema {
  /// Whether the spec of a kind has a field.
  fileprivate func specHas(_ field: String) -> Bool {
    if case .object(let spec)? = fields["spec"] { spec.fields[field] != nil } else { false }
  }
}
