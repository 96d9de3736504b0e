import CalicoAPI
import DataplaneABI

/// One end of a rule of Calico's, while it is translated.
struct EntityTranslation {
  var entity: EntityRule
  var path: String
  var scope: CalicoRuleScope
  /// The rule's.
  var proto: UInt8?
  var isSource: Bool
  var direction: PolicyDirection

  func match(_ sets: inout [IPSetID: IPSetDefinition]) throws(PolicyMistake) -> PeerMatch {
    var match = PeerMatch()
    if !entity.nets.isEmpty { match.prefixes = .among(try AddressPrefix.reading(entity.nets, "\(path).nets")) }
    match.notPrefixes = try AddressPrefix.reading(entity.notNets, "\(path).notNets")

    let selected = try selected()
    let others = try Selector.reading(entity.notSelector, "\(path).notSelector")
    if selected == nil, !entity.notSelector.isEmpty { match.notSets = [sets.need(.selector(others))] }
    try translatePorts(selected, &match, &sets)
    // Ports by name are those of the selected ones already.
    if let selected, !match.ports.areNames { match.sets.insert(sets.need(.selector(selected))) }
    try translateService(&match, &sets)
    return match
  }

  /// The endpoints and sets that all of the selectors select; nil where an address need not be one of those.
  private func selected() throws(PolicyMistake) -> Selector? {
    var selectors: [Selector] = []
    if let accounts = entity.serviceAccounts { selectors += try self.selectors(accounts) }
    if !entity.selector.isEmpty { selectors.append(try .reading(entity.selector, "\(path).selector")) }
    if !entity.namespaceSelector.isEmpty {
      let namespaces = try Selector.reading(entity.namespaceSelector, "\(path).namespaceSelector")
      selectors.insert(.inNamespaces(namespaces), at: 0)
    } else if let namespace = scope.namespace, !selectors.isEmpty || !entity.notSelector.isEmpty {
      // Whatever a policy of a namespace selects or leaves out, it is about that namespace.
      selectors.insert(try .inNamespace(namespace, "metadata.namespace"), at: 0)
    }
    if selectors.isEmpty { return nil }
    if !entity.notSelector.isEmpty {
      selectors.append(try Selector.reading(entity.notSelector, "\(path).notSelector").negated)
    }
    return .every(selectors)
  }

  private func selectors(_ accounts: ServiceAccountMatch) throws(PolicyMistake) -> [Selector] {
    var selectors: [Selector] = []
    if !accounts.selector.isEmpty {
      let selector = try Selector.reading(accounts.selector, "\(path).serviceAccounts.selector")
      selectors.append(.ofServiceAccounts(selector))
    }
    if !accounts.names.isEmpty {
      do { selectors.append(try .ofServiceAccounts(named: accounts.names)) } catch {
        throw PolicyMistake("\(path).serviceAccounts.names", "\(error)")
      }
    }
    return selectors
  }

  private func translatePorts(
    _ selected: Selector?, _ match: inout PeerMatch, _ sets: inout [IPSetID: IPSetDefinition]
  ) throws(PolicyMistake) {
    let isOwnEnd = isSource == (direction == .egress)
    let owners = selected ?? (isOwnEnd ? scope.subject : .all)
    if !entity.ports.isEmpty { match.ports = .among(try ports(entity.ports, "\(path).ports", owners, &sets)) }
    match.notPorts = try ports(entity.notPorts, "\(path).notPorts", owners, &sets)
  }

  /// - Parameter owners: whose ports are meant by names.
  private func ports(
    _ ports: [CalicoPort], _ path: String, _ owners: Selector, _ sets: inout [IPSetID: IPSetDefinition]
  ) throws(PolicyMistake) -> Set<PortMatch> {
    // A name without a protocol is one of any.
    let protocols = proto.map { [$0] } ?? PortProtocol.numbers
    var matches: Set<PortMatch> = []
    for (index, port) in ports.enumerated() {
      guard let meaning = port.meaning else { throw PolicyMistake("\(path)[\(index)]", "\"\(port)\" is no port") }
      guard protocols.allSatisfy(PortProtocol.numbers.contains) else {
        throw PolicyMistake(path, "the rule's protocol is none of TCP, UDP and SCTP")
      }
      switch meaning {
      case .range(let range):
        guard proto != nil else { throw PolicyMistake(path, "the rule has no protocol, and the port no name") }
        matches.insert(.range(range))
      case .named(let name):
        for proto in protocols {
          matches.insert(.members(sets.need(.namedPort(owners, name: name, proto: proto))))
        }
      }
    }
    return matches
  }

  private func translateService(
    _ match: inout PeerMatch, _ sets: inout [IPSetID: IPSetDefinition]
  ) throws(PolicyMistake) {
    guard let service = entity.services else { return }
    let path = "\(path).services"
    guard isSource == (direction == .ingress) else {
      throw PolicyMistake(path, "a service may only be the destination of egress rules and the source of ingress rules")
    }
    var alone = entity
    alone.services = nil
    // A service's own ports are those that are dialled; the ports that its endpoints send from are nobody's.
    if isSource { (alone.ports, alone.notPorts) = ([], []) }
    guard alone == EntityRule() else { throw PolicyMistake(path, "a service stands alone, and there are other fields") }
    guard !service.name.isEmpty else { throw PolicyMistake("\(path).name", "it is empty") }
    guard let namespace = service.namespace.isEmpty ? scope.namespace : service.namespace else {
      throw PolicyMistake("\(path).namespace", "a cluster-wide policy has none of its own")
    }
    if isSource {
      match.sets.insert(sets.need(.serviceAddresses(namespace: namespace, name: service.name)))
    } else {
      match.members = sets.need(.service(namespace: namespace, name: service.name))
    }
  }
}

extension Choice<PortMatch> {
  /// Whether only ports by name match.
  fileprivate var areNames: Bool {
    guard case .among(let ports) = self else { return false }
    return ports.allSatisfy { port in
      if case .members = port { true } else { false }
    }
  }
}
