import CalicoAPI

extension ResourceDescriptor {
  static let ipPool = ResourceDescriptor(
    name: ResourceName(
      group: ProjectCalico.group, version: ProjectCalico.version, plural: IPPoolKind.plural, kind: IPPoolKind.kind),
    namespaced: false, schema: .ipPool, hasStatus: false, countsGenerations: true, columns: ipPoolColumns,
    setDefaults: IPPoolRules.setDefaults, validate: IPPoolRules.validate,
    allocate: { pool, _, transaction in IPPoolRules.overlaps(pool, transaction) })

  /// Those of `calicoctl get ippools -o wide`.
  private static let ipPoolColumns: [TableColumn] = [
    .name,
    TableColumn("CIDR", "The addresses of the pool.") { pool, _ in pool["spec"]?["cidr"] ?? "" },
    TableColumn("NAT", "Whether traffic to the outside gets the node's address.") { pool, _ in
      .string(pool["spec"]?["natOutgoing"]?.bool == true ? "true" : "false")
    },
    TableColumn("IPIPMode", wide: true, "When packets between nodes go inside others.") { pool, _ in
      pool["spec"]?["ipipMode"] ?? ""
    },
    TableColumn("VXLANMode", wide: true, "When packets between nodes go inside UDP.") { pool, _ in
      pool["spec"]?["vxlanMode"] ?? ""
    },
    TableColumn("Disabled", "Whether no new addresses are given out.") { pool, _ in
      .string(pool["spec"]?["disabled"]?.bool == true ? "true" : "false")
    },
    TableColumn("Selector", wide: true, "The nodes that take addresses from it.") { pool, _ in
      pool["spec"]?["nodeSelector"] ?? ""
    },
    .age,
  ]
}

/// What an IPPool must fulfil, and what it has when it says nothing. Calico's IPPool page.
enum IPPoolRules {
  static func setDefaults(_ pool: inout JSON) {
    guard let prefix = prefix(of: pool) else { return }
    pool[["spec", "cidr"]] = .string("\(prefix)")
    let defaults: [(String, JSON)] = [
      ("blockSize", .int(prefix.address.family == .v4 ? 26 : 122)), ("ipipMode", "Never"), ("vxlanMode", "Never"),
      ("nodeSelector", "all()"), ("allowedUses", ["Workload", "Tunnel"]),
    ]
    for (field, value) in defaults where pool["spec"]?[field]?.isEmpty ?? true { pool[["spec", field]] = value }
  }

  static func validate(_ pool: JSON, _ old: JSON?) -> [FieldError] {
    let name = pool["metadata"]?["name"]?.string ?? ""
    var errors = CalicoRules.errors(IPPoolSettings.reading(CalicoRules.spec(pool), name: name).complaints)
    let text = pool["spec"]?["cidr"] ?? ""
    guard let prefix = prefix(of: pool) else {
      return errors + [
        text.isEmpty ? .required("spec.cidr") : .invalid("spec.cidr", text, "must be a range of addresses")
      ]
    }
    errors += blockErrors(pool["spec"]?["blockSize"], prefix) + modeErrors(pool, prefix)
    for field in ["cidr", "blockSize"] where old != nil && old?["spec"]?[field] != pool["spec"]?[field] {
      errors.append(.invalid("spec.\(field)", pool["spec"]?[field] ?? "", "field is immutable"))
    }
    return errors
  }

  /// An address may belong to one pool only.
  static func overlaps(_ pool: JSON, _ transaction: StoreTransaction) -> [FieldError] {
    guard let own = prefix(of: pool) else { return [] }
    let others = transaction.list(ResourceDescriptor.ipPool.name.qualified).filter {
      $0.key.name != pool["metadata"]?["name"]?.string
    }
    return others.compactMap { other in
      guard let prefix = prefix(of: other.value), prefix.contains(own.address) || own.contains(prefix.address) else {
        return nil
      }
      return .invalid("spec.cidr", .string("\(own)"), "overlaps with the IPPool \(other.key.name), \(prefix)")
    }
  }

  private static func prefix(of pool: JSON) -> IPPrefix? { IPPrefix(pool["spec"]?["cidr"]?.string ?? "") }

  private static func blockErrors(_ size: JSON?, _ prefix: IPPrefix) -> [FieldError] {
    let allowed: ClosedRange<Int64> = prefix.address.family == .v4 ? 20...32 : 116...128
    guard let size, let number = size.int else { return [] }
    guard allowed.contains(number) else {
      return [
        .invalid("spec.blockSize", size, "must be between \(allowed.lowerBound) and \(allowed.upperBound), inclusive")
      ]
    }
    return number >= prefix.length
      ? [] : [.invalid("spec.blockSize", size, "a block of this size is wider than the pool \(prefix)")]
  }

  private static func modeErrors(_ pool: JSON, _ prefix: IPPrefix) -> [FieldError] {
    let ipip = pool["spec"]?["ipipMode"] ?? "Never"
    let vxlan = pool["spec"]?["vxlanMode"] ?? "Never"
    guard ipip != "Never" else { return [] }
    if vxlan != "Never" { return [.forbidden("spec.ipipMode", "only one of ipipMode and vxlanMode may be in use")] }
    return prefix.address.family == .v6 ? [.forbidden("spec.ipipMode", "there is no IPIP for IPv6")] : []
  }
}
