import CalicoAPI

extension ClusterNetworkPolicy {
  /// policy.networking.k8s.io/v1alpha2: before or after the policies of namespaces; a direction without rules is not affected.
  var oraclePolicy: OraclePolicy {
    let subject = spec.subject
    let tier = spec.tier == .baseline ? "kube-baseline" : "kube-admin"
    let isReadable =
      (spec.tier == .admin || spec.tier == .baseline) && spec.priority != nil && subject.oracleIsSound
    return OraclePolicy(
      owner: .policy(
        group: "policy.networking.k8s.io", kind: "ClusterNetworkPolicy", tier: tier, namespace: nil,
        name: metadata.name),
      tier: tier, order: Double(spec.priority ?? 0),
      precedence: "\(metadata.name)//KubernetesClusterNetworkPolicy", isReadable: isReadable,
      selects: { $0.isPod && (!isReadable || subject.oracleSelects($0)) },
      ingress: spec.ingress.isEmpty
        ? nil : spec.ingress.map { OracleRule($0.action, $0.from, $0.protocols, isEgress: false) },
      egress: spec.egress.isEmpty
        ? nil : spec.egress.map { OracleRule($0.action, $0.to, $0.protocols, isEgress: true) })
  }
}

extension ClusterPolicySubject {
  fileprivate var oracleIsSound: Bool {
    if let namespaces { return pods == nil && namespaces.oracleIsSound }
    return pods?.oracleIsSound ?? false
  }

  fileprivate func oracleSelects(_ pod: OracleParty) -> Bool {
    namespaces.map(pod.isSelected(byNamespace:)) ?? pods?.oracleSelects(pod) ?? false
  }
}

extension NamespacedPods {
  fileprivate var oracleIsSound: Bool { namespaceSelector.oracleIsSound && podSelector.oracleIsSound }

  fileprivate func oracleSelects(_ pod: OracleParty) -> Bool {
    pod.isSelected(byNamespace: namespaceSelector) && pod.isSelected(by: podSelector)
  }
}

extension OracleRule {
  fileprivate init(
    _ action: ClusterPolicyAction, _ peers: [ClusterPolicyPeer], _ protocols: [ClusterPolicyProtocol], isEgress: Bool
  ) {
    let actions: [ClusterPolicyAction: RuleAction] = [.accept: .allow, .deny: .deny, .pass: .pass]
    // Networks have no names for ports.
    let names = protocols.contains { !$0.destinationNamedPort.isEmpty }
    let arePeers = peers.allSatisfy { $0.oracleIsSound(isEgress: isEgress) && !(names && $0.networks != nil) }
    self.init(
      action: actions[action],
      isSound: actions[action] != nil && !peers.isEmpty && arePeers && protocols.allSatisfy(\.oracleIsSound),
      match: { question, parties, _ in
        let here = parties.filter { $0.isAt(question.peer) }
        return peers.contains { peer in
          guard let meant = peer.oracleMatches(question.peer, here) else { return false }
          return protocols.isEmpty || protocols.contains { $0.oracleMatches(question, at: meant) }
        }
      })
  }
}

extension ClusterPolicyPeer {
  /// Exactly one field, and one that can be done. Nodes and domain names are not.
  fileprivate func oracleIsSound(isEgress: Bool) -> Bool {
    guard nodes == nil, domainNames == nil else { return false }
    switch (namespaces, pods, networks) {
    case (let namespaces?, nil, nil): return namespaces.oracleIsSound
    case (nil, let pods?, nil): return pods.oracleIsSound
    case (nil, nil, let networks?):
      return isEgress && !networks.isEmpty && networks.allSatisfy { OracleAddress($0) != nil }
    default: return false
    }
  }

  /// Who of those at the address is meant; nil where the address itself is not.
  fileprivate func oracleMatches(_ address: OracleAddress, _ here: [OracleParty]) -> [OracleParty]? {
    if let networks {
      return networks.contains { OracleAddress($0)?.contains(address) ?? false } ? here : nil
    }
    let meant = here.filter { pod in
      pod.isPod && (namespaces.map(pod.isSelected(byNamespace:)) ?? pods?.oracleSelects(pod) ?? false)
    }
    return meant.isEmpty ? nil : meant
  }
}

extension ClusterPolicyProtocol {
  fileprivate var oracleIsSound: Bool {
    let all = [tcp, udp, sctp].compactMap { $0 }
    guard all.count + (destinationNamedPort.isEmpty ? 0 : 1) == 1 else { return false }
    return all.allSatisfy { $0.destinationPort?.oracleIsSound ?? false }
  }

  fileprivate func oracleMatches(_ question: OracleQuestion, at peers: [OracleParty]) -> Bool {
    let packet = question.packet
    let byProtocol: [UInt8: ClusterProtocolPorts?] = [6: tcp, 17: udp, 132: sctp]
    if let ports = byProtocol[packet.proto] ?? nil {
      return ports.destinationPort?.oracleContains(packet.destinationPort) ?? false
    }
    if destinationNamedPort.isEmpty { return false }
    let receivers = question.direction == .ingress ? [question.endpoint] : peers
    return receivers.contains { receiver in
      receiver.ports.contains(.init(name: destinationNamedPort, proto: packet.proto, port: packet.destinationPort))
    }
  }
}

extension ClusterPolicyPort {
  fileprivate var oracleIsSound: Bool {
    guard let range else { return number >= 1 && number <= 65535 }
    return number == 0 && range.start >= 1 && range.start <= range.end && range.end <= 65535
  }

  fileprivate func oracleContains(_ port: UInt16) -> Bool {
    let port = Int32(port)
    return range.map { $0.start <= port && port <= $0.end } ?? (number == port)
  }
}
