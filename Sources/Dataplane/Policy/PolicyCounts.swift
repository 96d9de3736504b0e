import Policy
import Routing

/// How much policies have in the kernel, for metrics.
public struct PolicyCounts: Sendable, Equatable {
  /// Policies of the cluster that decide at pods of this node.
  public var policies = 0
  /// What is loaded: programs by family, each once however many pods have it.
  public var programs = PerFamily(ipv4: 0, ipv6: 0)
  /// Sets with members.
  public var sets = 0
  /// Members of all sets, ports among them.
  public var members = PerFamily(ipv4: 0, ipv6: 0)

  public init() {}
}

/// How many members sets have.
struct MemberCounts {
  private var bySet: [IPSetID: Int] = [:]
  private(set) var members = PerFamily(ipv4: 0, ipv6: 0)

  var sets: Int { bySet.count }

  mutating func take(_ changes: MembershipChanges) {
    for (set, change) in changes {
      let count = bySet[set, default: 0] + change.added.count - change.removed.count
      bySet[set] = count > 0 ? count : nil
      for member in change.added { add(1, member) }
      for member in change.removed { add(-1, member) }
    }
  }

  private mutating func add(_ count: Int, _ member: IPSetMember) {
    let prefix =
      switch member {
      case .prefix(let prefix), .port(let prefix, _, _): prefix
      }
    if prefix.family == .ipv4 { members.ipv4 += count } else { members.ipv6 += count }
  }
}

extension PolicyReconciler {
  var counts: PolicyCounts {
    var counts = PolicyCounts()
    counts.sets = memberCounts.sets
    counts.members = memberCounts.members
    var policies: Set<RuleOwner> = []
    for (key, entry) in shared.entries {
      let count = entry.compiled.programs.count
      if key.family == .ipv4 { counts.programs.ipv4 += count } else { counts.programs.ipv6 += count }
      for id in entry.compiled.ruleIDs {
        if case .policy = id.owner { policies.insert(id.owner) }
      }
    }
    counts.policies = policies.count
    return counts
  }
}
