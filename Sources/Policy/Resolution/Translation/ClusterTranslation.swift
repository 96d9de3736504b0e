import CalicoAPI
import DataplaneABI

extension ClusterNetworkPolicy {
  func policyHead(_ key: PolicyKey) -> PolicyHead {
    // A policy of neither tier closes what it is about anyway.
    let tier = (spec.tier == .baseline ? StandardTier.kubeBaseline : StandardTier.kubeAdmin).name
    var directions: Set<PolicyDirection> = []
    if !spec.ingress.isEmpty { directions.insert(.ingress) }
    if !spec.egress.isEmpty { directions.insert(.egress) }
    return PolicyHead(
      owner: .policy(group: Self.group, kind: Self.kind, tier: tier, namespace: nil, name: metadata.name), tier: tier,
      order: Double(spec.priority ?? 0), directions: directions, subject: key.subject(subject))
  }

  private func subject() throws(PolicyMistake) -> Selector {
    guard spec.tier == .admin || spec.tier == .baseline else {
      throw PolicyMistake("spec.tier", "\"\(spec.tier)\" is neither Admin nor Baseline")
    }
    guard spec.priority != nil else { throw PolicyMistake("spec.priority", "there is none") }
    switch (spec.subject.namespaces, spec.subject.pods) {
    case (let namespaces?, nil): return try namespaces.podsInNamespaces("spec.subject.namespaces")
    case (nil, let pods?): return try pods.selector("spec.subject.pods")
    default: throw PolicyMistake("spec.subject", "exactly one of namespaces and pods is needed")
    }
  }

  func translate(_ translation: inout PolicyTranslation) {
    for (index, rule) in spec.ingress.enumerated() {
      translate(.ingress, index, rule.action, rule.from, "from", rule.protocols, &translation)
    }
    for (index, rule) in spec.egress.enumerated() {
      translate(.egress, index, rule.action, rule.to, "to", rule.protocols, &translation)
    }
  }

  private func translate(
    _ direction: PolicyDirection, _ index: Int, _ action: ClusterPolicyAction, _ peers: [ClusterPolicyPeer],
    _ peersPath: String, _ protocols: [ClusterPolicyProtocol], _ translation: inout PolicyTranslation
  ) {
    let subject = translation.subject
    translation.add(direction, index, action: action.ruleAction) { sets throws(PolicyMistake) in
      guard !peers.isEmpty else { throw PolicyMistake(peersPath, "there is nobody") }
      let hasNames = protocols.contains { !$0.destinationNamedPort.isEmpty }
      var ends: [KubernetesPeer] = []
      for (index, peer) in peers.enumerated() {
        let path = "\(peersPath)[\(index)]"
        if hasNames, peer.networks != nil { throw PolicyMistake("\(path).networks", "networks have no named ports") }
        ends.append(try peer.end(direction, path, &sets))
      }
      var transports: [TransportPorts] = []
      for (index, one) in protocols.enumerated() { transports.append(try one.transport("protocols[\(index)]")) }
      return PolicyTranslation.matches(direction, ends, TransportPorts.merged(transports), subject: subject, &sets)
    }
  }
}

extension ClusterPolicyAction {
  fileprivate var ruleAction: RuleAction? {
    switch self {
    case .accept: .allow
    case .deny: .deny
    case .pass: .pass
    default: nil
    }
  }
}

extension LabelSelector {
  fileprivate func podsInNamespaces(_ path: String) throws(PolicyMistake) -> Selector {
    .every([try .pods(path), try .readingNamespaces(self, path)])
  }
}

extension NamespacedPods {
  fileprivate func selector(_ path: String) throws(PolicyMistake) -> Selector {
    .every([
      try namespaceSelector.podsInNamespaces("\(path).namespaceSelector"),
      try .reading(podSelector, "\(path).podSelector"),
    ])
  }
}

extension ClusterPolicyPeer {
  fileprivate func end(
    _ direction: PolicyDirection, _ path: String, _ sets: inout [IPSetID: IPSetDefinition]
  ) throws(PolicyMistake) -> KubernetesPeer {
    guard nodes == nil, domainNames == nil else {
      throw PolicyMistake(path, "peers by nodes and by domainNames are not supported")
    }
    switch (namespaces, pods, networks) {
    case (let namespaces?, nil, nil):
      return .selected(try namespaces.podsInNamespaces("\(path).namespaces"), &sets)
    case (nil, let pods?, nil): return .selected(try pods.selector("\(path).pods"), &sets)
    case (nil, nil, let networks?):
      guard direction == .egress else { throw PolicyMistake("\(path).networks", "only what is sent has networks") }
      guard !networks.isEmpty else { throw PolicyMistake("\(path).networks", "there is none") }
      let prefixes = try AddressPrefix.reading(networks, "\(path).networks")
      return KubernetesPeer(match: PeerMatch(prefixes: .among(prefixes)), receivers: .all)
    default: throw PolicyMistake(path, "exactly one field that is understood is needed")
    }
  }
}

extension ClusterPolicyProtocol {
  fileprivate func transport(_ path: String) throws(PolicyMistake) -> TransportPorts {
    switch (tcp, udp, sctp, destinationNamedPort) {
    case (let ports?, nil, nil, ""): try ports.transport(IPProtocolNumber.tcp, "\(path).tcp")
    case (nil, let ports?, nil, ""): try ports.transport(IPProtocolNumber.udp, "\(path).udp")
    case (nil, nil, let ports?, ""): try ports.transport(IPProtocolNumber.sctp, "\(path).sctp")
    case (nil, nil, nil, let name) where !name.isEmpty: TransportPorts(proto: nil, ports: [.named(name)])
    default: throw PolicyMistake(path, "exactly one field is needed")
    }
  }
}

extension ClusterProtocolPorts {
  fileprivate func transport(_ proto: UInt8, _ path: String) throws(PolicyMistake) -> TransportPorts {
    guard let port = destinationPort else { throw PolicyMistake("\(path).destinationPort", "there is none") }
    let path = "\(path).destinationPort"
    guard let range = port.range else {
      return TransportPorts(proto: proto, ports: [.range(try portRange(port.number, port.number, path, path))])
    }
    guard port.number == 0 else { throw PolicyMistake(path, "there are both a number and a range") }
    let ports = try portRange(range.start, range.end, "\(path).range", "\(path).range.end")
    return TransportPorts(proto: proto, ports: [.range(ports)])
  }
}
