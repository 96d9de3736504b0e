/// What is new in a set, and what is gone.
public struct MembershipChange: Hashable, Sendable {
  public var added: Set<IPSetMember>
  public var removed: Set<IPSetMember>

  public init(added: Set<IPSetMember> = [], removed: Set<IPSetMember> = []) {
    self.added = added
    self.removed = removed
  }
}

/// Changes of members that nobody took yet. What comes and goes in between leaves nothing.
struct PendingChanges {
  private var bySet: [IPSetID: MembershipChange] = [:]

  /// The member was none of the set's.
  mutating func add(_ member: IPSetMember, to set: IPSetID) {
    if bySet[set]?.removed.remove(member) == nil { bySet[set, default: MembershipChange()].added.insert(member) }
  }

  /// The member was one of the set's.
  mutating func remove(_ member: IPSetMember, from set: IPSetID) {
    if bySet[set]?.added.remove(member) == nil { bySet[set, default: MembershipChange()].removed.insert(member) }
  }

  mutating func take() -> [IPSetID: MembershipChange] {
    defer { bySet = [:] }
    return bySet.filter { !$0.value.added.isEmpty || !$0.value.removed.isEmpty }
  }
}
