import Policy

/// What an index was told, in effect; and by the definition of sets alone, without any index, what their members are.
struct IndexWorld {
  var objects: [LabelledObjectID: LabelledObject] = [:]
  var parents: [LabelParentID: [String: String]] = [:]
  var services: [String: Set<IPSetMember>] = [:]
  var serviceAddresses: [String: Set<IPSetMember>] = [:]
  var sets: [IPSetID: IPSetDefinition] = [:]

  func members(of id: IPSetID) -> Set<IPSetMember> {
    switch sets[id] {
    case nil: return []
    case .service(_, let name): return services[name] ?? []
    case .serviceAddresses(_, let name): return serviceAddresses[name] ?? []
    case .selector(let selector): return Set(matches(selector).flatMap { $0.addresses.map(IPSetMember.prefix) })
    case .namedPort(let selector, let name, let proto):
      var members: Set<IPSetMember> = []
      for object in matches(selector) {
        for port in object.ports where port.name == name && port.proto == proto {
          for address in object.addresses where address.description.hasSuffix(address.family == .ipv4 ? "/32" : "/128")
          {
            members.insert(.port(address, proto: proto, port: port.port))
          }
        }
      }
      return members
    }
  }

  private func matches(_ selector: Selector) -> [LabelledObject] {
    objects.values.filter { object in
      let inherited = object.parents.map { parents[$0] ?? [:] }
      return selector.matches(EndpointLabels(own: object.labels, inherited: inherited))
    }
  }
}

/// One thing that an index is told.
enum IndexEvent {
  case object(LabelledObjectID, LabelledObject?)
  case parent(LabelParentID, [String: String]?)
  case service(String, Set<IPSetMember>)
  case serviceAddresses(String, Set<IPSetMember>)
  case set(IPSetID, IPSetDefinition?)
}

extension IndexWorld {
  mutating func apply(_ event: IndexEvent) {
    switch event {
    case .object(let id, let object): objects[id] = object
    case .parent(let id, let labels): parents[id] = labels
    case .service(let name, let members): services[name] = members
    case .serviceAddresses(let name, let members): serviceAddresses[name] = members
    case .set(let id, let definition): sets[id] = definition
    }
  }

  /// What has to be told for an index to know this world.
  var events: [IndexEvent] {
    objects.map { .object($0, $1) } + parents.map { .parent($0, $1) } + services.map { .service($0, $1) }
      + serviceAddresses.map { .serviceAddresses($0, $1) } + sets.map { .set($0, $1) }
  }
}

extension IPSetIndex {
  mutating func apply(_ event: IndexEvent) {
    switch event {
    case .object(let id, let object?): setObject(id, object)
    case .object(let id, nil): removeObject(id)
    case .parent(let id, let labels?): setParent(id, labels: labels)
    case .parent(let id, nil): removeParent(id)
    case .service(let name, let members): setService(namespace: "n", name: name, members: members)
    case .serviceAddresses(let name, let members): setServiceAddresses(namespace: "n", name: name, members: members)
    case .set(let id, let definition?): activate(id, definition)
    case .set(let id, nil): deactivate(id)
    }
  }
}

/// Follows an index's changes as a dataplane does, and notices those that are none.
struct IndexFollower {
  private(set) var members: [IPSetID: Set<IPSetMember>] = [:]
  private(set) var mistakes: [String] = []
  private(set) var changeCount = 0

  mutating func follow(_ changes: [IPSetID: IPSetChange]) {
    for (id, change) in changes {
      let old = members[id] ?? []
      if !change.added.isDisjoint(with: old) { mistakes.append("\(id.text): added again") }
      if !change.removed.isSubset(of: old) { mistakes.append("\(id.text): removed, but was not there") }
      if change.added.isEmpty && change.removed.isEmpty { mistakes.append("\(id.text): a change of nothing") }
      changeCount += change.added.count + change.removed.count
      let new = old.union(change.added).subtracting(change.removed)
      members[id] = new.isEmpty ? nil : new
    }
  }
}
