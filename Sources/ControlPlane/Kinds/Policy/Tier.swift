import CalicoAPI

extension ResourceDescriptor {
  static let tier = ResourceDescriptor(
    name: ResourceName(Tier.self), namespaced: false, schema: .tier, nameRule: .dnsLabel, countsGenerations: true,
    columns: [
      .name, .specField("Order", "order", type: "integer"), .specField("DefaultAction", "defaultAction"),
      TableColumn("Status", "Why the tier is ready or not.") { tier, _ in
        (tier["status"]?["conditions"]?.array ?? []).first { $0["type"] == "Ready" }?["reason"] ?? .null
      },
    ],
    setDefaults: { tier in
      if tier["spec"]?["defaultAction"] == nil { tier[["spec", "defaultAction"]] = "Deny" }
    },
    validate: TypedValidation.validate(Tier.self) { $0.errors(.calico) },
    refuseDeletion: TierRules.refusal)

  /// As documents, the tiers that every cluster has.
  static let initialTiers: [JSON] = StandardTier.all.map { tier in
    [
      "metadata": ["name": .string(tier.name)],
      "spec": ["order": .int(Int64(tier.order)), "defaultAction": .string(tier.defaultAction.rawValue)],
    ]
  }
}

/// Tiers and what refers to them.
enum TierRules {
  /// The kinds of which each object belongs to a tier.
  private static let policies: [ResourceDescriptor] = [
    .calicoNetworkPolicy, .globalNetworkPolicy, .stagedNetworkPolicy, .stagedGlobalNetworkPolicy,
  ]

  /// Why a tier stays.
  static func refusal(_ tier: JSON, _ transaction: StoreTransaction) -> String? {
    let name = tier["metadata"]?["name"]?.string ?? ""
    if StandardTier.all.contains(where: { $0.name == name }) { return "The built-in tier \(name) cannot be deleted" }
    let isUsed = policies.contains { kind in
      transaction.list(kind.name.qualified).contains { $0.value["spec"]?["tier"]?.string == name }
    }
    return isUsed ? "Cannot delete a non-empty tier" : nil
  }

  /// A policy's tier has to be there when the policy comes to it.
  static func missingTier(_ policy: JSON, _ old: JSON?, _ transaction: StoreTransaction) -> [FieldError] {
    let name = policy["spec"]?["tier"]?.string ?? StandardTier.default.name
    guard old?["spec"]?["tier"]?.string != name,
      transaction.object(ObjectKey(ResourceName(Tier.self), namespace: "", name: name)) == nil
    else { return [] }
    return [.notFound("spec.tier", name)]
  }
}
