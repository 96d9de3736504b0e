/// The ranges of addresses of one rule, which belong together: all are of one family.
struct RuleNets {
  private let lists: [(name: String, nets: [String], isNegated: Bool)]
  private let ipVersion: Int?

  init(_ rule: CalicoRule) {
    ipVersion = rule.ipVersion
    lists = [
      ("source.nets", rule.source.nets, false), ("source.notNets", rule.source.notNets, true),
      ("destination.nets", rule.destination.nets, false), ("destination.notNets", rule.destination.notNets, true),
    ]
  }

  func errors(at field: String) -> [FieldError] {
    var errors: [FieldError] = []
    var seen: Set<Int> = []
    for list in lists {
      var versions: Set<Int> = []
      for (index, text) in list.nets.enumerated() {
        let (version, error) = Self.reading(text, "\(field).\(list.name)[\(index)]", isNegated: list.isNegated)
        errors += error
        if let version { versions.insert(version) }
      }
      if let ipVersion, versions.contains(where: { $0 != ipVersion }) {
        errors.append(.forbidden("\(field).\(list.name)", "rule IP version doesn't match CIDR version"))
      }
      if !versions.isEmpty, seen.union(versions).count > 1 {
        errors.append(.forbidden("\(field).\(list.name)", "rule contains both IPv4 and IPv6 CIDRs"))
      }
      seen.formUnion(versions)
    }
    return errors
  }

  private static func reading(
    _ text: String, _ field: String, isNegated: Bool
  ) -> (version: Int?, errors: [FieldError]) {
    guard let range = AddressRange(text), range.hasLength else {
      return (nil, [.invalid(field, text, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")])
    }
    let version = range.isIPv6 ? 6 : 4
    if !range.beginsAtItsStart {
      return (version, [.invalid(field, text, "has address bits beyond its length")])
    }
    if isNegated && range.length == 0 {
      return (
        version,
        [.invalid(field, text, "catch-all CIDR in negation creates logical contradiction (matches no traffic)")]
      )
    }
    return (version, [])
  }
}
