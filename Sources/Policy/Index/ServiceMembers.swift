/// The members of services' sets, as they were told, and the sets that are of them.
struct ServiceMembers {
  private struct Service: Hashable {
    let namespace: String
    let name: String
  }

  private var members: [Service: Set<IPSetMember>] = [:]
  private var sets: [Service: Set<IPSetID>] = [:]

  mutating func set(
    _ namespace: String, _ name: String, _ new: Set<IPSetMember>, _ changes: inout PendingChanges
  ) {
    let service = Service(namespace: namespace, name: name)
    let old = members[service] ?? []
    members[service] = new.isEmpty ? nil : new
    for set in sets[service] ?? [] {
      for member in new.subtracting(old) { changes.add(member, to: set) }
      for member in old.subtracting(new) { changes.remove(member, from: set) }
    }
  }

  mutating func insert(_ set: IPSetID, _ namespace: String, _ name: String) {
    sets[Service(namespace: namespace, name: name), default: []].insert(set)
  }

  mutating func remove(_ set: IPSetID, _ namespace: String, _ name: String) {
    let service = Service(namespace: namespace, name: name)
    sets[service]?.remove(set)
    if sets[service]?.isEmpty == true { sets[service] = nil }
  }

  func members(_ namespace: String, _ name: String) -> Set<IPSetMember> {
    members[Service(namespace: namespace, name: name)] ?? []
  }
}
