import CalicoAPI

extension CalicoNetworkPolicy {
  var oraclePolicy: OraclePolicy {
    let namespace = metadata.namespace
    return spec.oraclePolicy(
      kind: "NetworkPolicy", namespace: namespace, name: metadata.name, namespaceSelector: "")
  }
}

extension GlobalNetworkPolicy {
  var oraclePolicy: OraclePolicy {
    spec.oraclePolicy(
      kind: "GlobalNetworkPolicy", namespace: nil, name: metadata.name, namespaceSelector: spec.namespaceSelector)
  }
}

extension CalicoPolicySpec {
  /// - Parameter namespace: nil for cluster-wide ones.
  fileprivate func oraclePolicy(
    kind: String, namespace: String?, name: String, namespaceSelector: String
  ) -> OraclePolicy {
    let tier = tier.isEmpty ? "default" : tier
    let areKnown = types.allSatisfy { $0 == .ingress || $0 == .egress }
    // Without types: those that have rules, and Ingress where none has.
    let isIngress = types.isEmpty ? !ingress.isEmpty || egress.isEmpty : types.contains(.ingress) || !areKnown
    let isEgress = types.isEmpty ? !egress.isEmpty : types.contains(.egress) || !areKnown
    let selectors = [selector, namespaceSelector, serviceAccountSelector]
    let isReadable = areKnown && selectors.allSatisfy(OracleSelector.isReadable)
    let (selector, serviceAccountSelector) = (selector, serviceAccountSelector)
    return OraclePolicy(
      owner: .policy(group: "projectcalico.org", kind: kind, tier: tier, namespace: namespace, name: name),
      tier: tier, order: order ?? .infinity, precedence: "\(name)/\(namespace ?? "")/\(kind)", isReadable: isReadable,
      selects: { endpoint in
        if namespace != nil, endpoint.namespace != namespace { return false }
        if !isReadable { return true }
        return endpoint.isSelected(by: selector) == true
          && (namespaceSelector.isEmpty || endpoint.isSelected(byNamespace: namespaceSelector) == true)
          && (serviceAccountSelector.isEmpty || endpoint.isSelected(byServiceAccount: serviceAccountSelector) == true)
      },
      ingress: isIngress ? ingress.map { OracleRule($0, .ingress, namespace) } : nil,
      egress: isEgress ? egress.map { OracleRule($0, .egress, namespace) } : nil)
  }
}

extension OracleRule {
  fileprivate init(_ rule: CalicoRule, _ direction: PolicyDirection, _ namespace: String?) {
    let actions: [CalicoAction: RuleAction] = [.allow: .allow, .deny: .deny, .log: .log, .pass: .pass]
    self.init(
      action: actions[rule.action],
      isSound: actions[rule.action] != nil && rule.oracleIsSound(direction, namespace),
      match: { question, parties, cluster in rule.oracleMatches(question, parties, cluster, namespace) })
  }
}

extension CalicoRule {
  fileprivate func oracleMatches(
    _ question: OracleQuestion, _ parties: [OracleParty], _ cluster: OracleCluster, _ namespace: String?
  ) -> Bool {
    let packet = question.packet
    if let ipVersion, ipVersion != packet.family.rawValue { return false }
    if let number = `protocol`?.number, number != packet.proto { return false }
    if let number = notProtocol?.number, number == packet.proto { return false }
    if let icmp, icmp.type != nil, !icmp.oracleMatches(packet) { return false }
    if let notICMP, notICMP.type != nil, notICMP.oracleMatches(packet) { return false }
    let isIngress = question.direction == .ingress
    let scene = OracleScene(parties: parties, cluster: cluster, namespace: namespace, packet: packet)
    return source.oracleMatches(
      question.source, packet.sourcePort, scene, isIngress ? nil : question.endpoint, isDestination: false)
      && destination.oracleMatches(
        question.destination, packet.destinationPort, scene, isIngress ? question.endpoint : nil, isDestination: true)
  }

  fileprivate func oracleIsSound(_ direction: PolicyDirection, _ namespace: String?) -> Bool {
    if let ipVersion, ipVersion != 4, ipVersion != 6 { return false }
    if let `protocol`, `protocol`.number == nil { return false }
    if let notProtocol, notProtocol.number == nil { return false }
    let isICMP = `protocol`?.number == 1 || `protocol`?.number == 58
    if let icmp, !isICMP || !icmp.oracleIsSound { return false }
    if let notICMP, !notICMP.oracleIsSound { return false }
    // Only a proxy could tell.
    if http != nil { return false }
    let proto = `protocol`?.number
    return source.oracleIsSound(proto, mayBeService: direction == .ingress, mayHavePorts: true, namespace)
      && destination.oracleIsSound(proto, mayBeService: direction == .egress, mayHavePorts: false, namespace)
  }
}

extension ICMPFields {
  fileprivate var oracleIsSound: Bool {
    if type == nil { return code == nil }
    return (0...254).contains(type ?? 0) && (0...255).contains(code ?? 0)
  }

  fileprivate func oracleMatches(_ packet: PolicyPacket) -> Bool {
    guard packet.proto == (packet.family == .ipv4 ? 1 : 58) else { return false }
    return type == Int(packet.icmpType) && (code ?? Int(packet.icmpCode)) == packet.icmpCode
  }
}

/// What is looked at beside the packet's end.
private struct OracleScene {
  var parties: [OracleParty]
  var cluster: OracleCluster
  /// Of the policy; nil for cluster-wide ones.
  var namespace: String?
  var packet: PolicyPacket
}

extension EntityRule {
  /// - Parameter proto: the rule's; nil is any.
  fileprivate func oracleIsSound(
    _ proto: UInt8?, mayBeService: Bool, mayHavePorts: Bool, _ namespace: String?
  ) -> Bool {
    guard (nets + notNets).allSatisfy({ OracleAddress($0) != nil }) else { return false }
    let selectors = [selector, notSelector, namespaceSelector, serviceAccounts?.selector ?? ""]
    guard selectors.allSatisfy(OracleSelector.isReadable) else { return false }
    guard (serviceAccounts?.names ?? []).allSatisfy({ !($0.contains("'") && $0.contains("\"")) }) else { return false }
    let ports = ports + notPorts
    for port in ports {
      switch port.meaning {
      case .range: guard proto == 6 || proto == 17 || proto == 132 else { return false }
      case .named: guard proto == nil || proto == 6 || proto == 17 || proto == 132 else { return false }
      case nil: return false
      }
    }
    guard let services else { return true }
    // A service stands alone, and its ports with it.
    return mayBeService && !services.name.isEmpty && !(services.namespace.isEmpty && namespace == nil)
      && nets.isEmpty && notNets.isEmpty && selectors.allSatisfy(\.isEmpty) && serviceAccounts == nil
      && (ports.isEmpty || mayHavePorts)
  }

  /// - Parameter itself: the endpoint that is asked for, where this is its own end.
  fileprivate func oracleMatches(
    _ address: OracleAddress, _ port: UInt16, _ scene: OracleScene, _ itself: OracleParty?,
    isDestination: Bool
  ) -> Bool {
    let isInside = { (net: String) in OracleAddress(net)?.contains(address) ?? false }
    if !nets.isEmpty, !nets.contains(where: isInside) { return false }
    if notNets.contains(where: isInside) { return false }

    let here = scene.parties.filter { $0.isAt(address) }
    let isMeant = { (party: OracleParty) in isSelected(party, scene.namespace) }
    if selectsSomebody(scene.namespace) {
      if !here.contains(where: isMeant) { return false }
    } else if !notSelector.isEmpty, here.contains(where: { $0.isSelected(by: notSelector) == true }) {
      return false
    }

    let isPort = { (wanted: CalicoPort) in
      switch wanted.meaning {
      case .range(let range): range.contains(port)
      // Those of the endpoints that the rule is about; where it does not say whom, at its own end the endpoint's.
      case .named(let name):
        (selectsSomebody(scene.namespace) ? here.filter(isMeant) : itself.map { [$0] } ?? here).contains { party in
          party.ports.contains(.init(name: name, proto: scene.packet.proto, port: port))
        }
      case nil: false
      }
    }
    if !ports.isEmpty, !ports.contains(where: isPort) { return false }
    if notPorts.contains(where: isPort) { return false }

    guard let services else { return true }
    // Where it is the source, the ports are none of the service's.
    return services.oracleContains(address, isDestination ? port : nil, scene)
  }

  /// Whether only endpoints and sets match that somebody selected: any other address does not.
  private func selectsSomebody(_ namespace: String?) -> Bool {
    if !selector.isEmpty || !namespaceSelector.isEmpty { return true }
    if let serviceAccounts, !serviceAccounts.names.isEmpty || !serviceAccounts.selector.isEmpty { return true }
    // In a policy of a namespace, a selector that leaves out is about that namespace, too.
    return namespace != nil && !notSelector.isEmpty
  }

  /// Whether an endpoint or set is meant by all of the selectors; without any, everyone is.
  private func isSelected(_ party: OracleParty, _ namespace: String?) -> Bool {
    guard selectsSomebody(namespace) else { return true }
    if party.isSelected(by: selector) != true { return false }
    if !notSelector.isEmpty, party.isSelected(by: notSelector) == true { return false }
    if !namespaceSelector.isEmpty {
      if party.isSelected(byNamespace: namespaceSelector) != true { return false }
    } else if let namespace, party.namespace != namespace {
      return false
    }
    guard let serviceAccounts else { return true }
    if !serviceAccounts.selector.isEmpty, party.isSelected(byServiceAccount: serviceAccounts.selector) != true {
      return false
    }
    guard !serviceAccounts.names.isEmpty else { return true }
    return party.labels["projectcalico.org/serviceaccount"].map(serviceAccounts.names.contains) ?? false
  }
}

extension ServiceMatch {
  /// - Parameter port: nil where addresses alone count.
  fileprivate func oracleContains(_ address: OracleAddress, _ port: UInt16?, _ scene: OracleScene) -> Bool {
    let namespace = namespace.isEmpty ? scene.namespace ?? "" : namespace
    let slices = scene.cluster.endpointSlices.filter {
      $0.metadata.namespace == namespace && $0.metadata.labels["kubernetes.io/service-name"] == name
    }
    return slices.contains { slice in
      guard slice.endpoints.flatMap(\.addresses).contains(where: { OracleAddress($0) == address }) else { return false }
      guard let port else { return true }
      return slice.ports.contains { $0.port == Int32(port) && $0.oracleProto == scene.packet.proto }
    }
  }
}

extension CalicoAPI.EndpointPort {
  fileprivate var oracleProto: UInt8? {
    switch `protocol` {
    case nil, .some(.tcp): 6
    case .some(.udp): 17
    case .some(.sctp): 132
    default: nil
    }
  }
}
