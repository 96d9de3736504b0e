import CalicoAPI

/// Says what becomes of a packet, by going through all that there is in the cluster, each time: written to be read beside the
/// definitions of the APIs, not to be fast. It shares no code with what is enforced, which is tested against it.
public struct Oracle: Sendable {
  public let cluster: OracleCluster
  let parties: [OracleParty]
  private let policies: [OraclePolicy]

  public init(_ cluster: OracleCluster) {
    self.cluster = cluster
    parties = cluster.parties
    policies = cluster.oraclePolicies
  }

  /// What the policies of one side say of a flow's first packet, whose other side they leave to that side's own. Nil where there is no
  /// such pod, or where it has the node's own network.
  public func verdict(
    namespace: String, pod: String, _ direction: PolicyDirection, _ packet: PolicyPacket
  ) -> PolicyVerdict? {
    guard let endpoint = parties.first(where: { $0.isPod && $0.namespace == namespace && $0.name == pod }) else {
      return nil
    }
    return verdict(endpoint, direction, packet)
  }

  private func verdict(
    _ endpoint: OracleParty, _ direction: PolicyDirection, _ packet: PolicyPacket
  ) -> PolicyVerdict {
    let applicable = policies.filter { $0.applies(to: endpoint, direction) }

    // Whoever cannot read a policy does not know what it forbids.
    let unreadable = applicable.filter { !$0.isReadable || tier($0.tier) == nil }
    if let first = unreadable.min(by: { $0.precedence < $1.precedence }) {
      return PolicyVerdict(isAllowed: false, decidedBy: first.id(direction, nil))
    }

    var logged: [RuleID] = []
    tiers: for tier in sortedTiers {
      let policies = applicable.filter { $0.tier == tier.name }.sorted {
        ($0.order, $0.precedence) < ($1.order, $1.precedence)
      }
      // A tier without a policy for this endpoint and direction has nothing to say.
      if policies.isEmpty { continue }

      for policy in policies {
        for (index, rule) in policy.rules(direction).enumerated() {
          let id = policy.id(direction, index)
          switch answer(rule, OracleQuestion(packet, direction, endpoint)) {
          case nil: continue
          case .allow: return PolicyVerdict(isAllowed: true, decidedBy: id, logged: logged)
          case .deny: return PolicyVerdict(isAllowed: false, decidedBy: id, logged: logged)
          case .pass: continue tiers
          case .log: logged.append(id)
          }
        }
      }
      if !tier.passes {
        let end = RuleID(owner: .endOfTier(name: tier.name), direction: direction, index: nil)
        return PolicyVerdict(isAllowed: false, decidedBy: end, logged: logged)
      }
    }
    return verdictOfProfiles(endpoint, direction, logged)
  }

  /// A namespace's profile allows everything. Where the namespace is not known, neither is what it would say.
  private func verdictOfProfiles(
    _ endpoint: OracleParty, _ direction: PolicyDirection, _ logged: [RuleID]
  ) -> PolicyVerdict {
    let namespace = endpoint.namespace ?? ""
    let isKnown = cluster.namespaces.contains { $0.metadata.name == namespace }
    let id = RuleID(owner: .profile(name: "kns." + namespace), direction: direction, index: isKnown ? 0 : nil)
    return PolicyVerdict(isAllowed: isKnown, decidedBy: id, logged: logged)
  }

  /// What a rule says of a packet; nil where it is not about it. A rule that makes no sense is closed: what it would let through or note
  /// is not, and if it would do anything else, everything is denied.
  private func answer(_ rule: OracleRule, _ question: OracleQuestion) -> RuleAction? {
    guard rule.isSound else { return rule.action == .allow || rule.action == .log ? nil : .deny }
    return rule.matches(question, parties, cluster) ? rule.action : nil
  }
}

// Tiers.

/// Where a tier stands, and whether a packet goes on at its end.
private struct OracleTier {
  var name: String
  var order: Double
  var passes: Bool
}

extension Oracle {
  private var sortedTiers: [OracleTier] {
    let names = Set(cluster.tiers.map(\.metadata.name)).union(["kube-admin", "default", "kube-baseline"])
    return names.compactMap(tier).sorted { ($0.order, $0.name) < ($1.order, $1.name) }
  }

  /// nil where there is none of this name.
  private func tier(_ name: String) -> OracleTier? {
    // Every cluster has these, whether the objects are there yet or not.
    let standard: OracleTier? =
      switch name {
      case "kube-admin": OracleTier(name: name, order: 1_000, passes: true)
      case "default": OracleTier(name: name, order: 1_000_000, passes: false)
      case "kube-baseline": OracleTier(name: name, order: 10_000_000, passes: true)
      default: nil
      }
    guard let object = cluster.tiers.first(where: { $0.metadata.name == name }) else { return standard }
    return OracleTier(
      name: name, order: object.spec.order ?? standard?.order ?? .infinity,
      passes: object.spec.defaultAction.map { $0 == .pass } ?? standard?.passes ?? false)
  }
}
