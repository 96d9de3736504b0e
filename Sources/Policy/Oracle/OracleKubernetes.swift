import CalicoAPI

extension KubernetesNetworkPolicy {
  /// networking.k8s.io/v1: pods that are selected are isolated, and what any rule allows is let through.
  var oraclePolicy: OraclePolicy {
    let namespace = metadata.namespace
    let selector = spec.podSelector
    // Without types: Ingress, and Egress if there are rules for it.
    let types =
      spec.policyTypes.isEmpty ? (spec.egress.isEmpty ? ["Ingress"] : ["Ingress", "Egress"]) : spec.policyTypes
    let areKnown = types.allSatisfy { $0 == "Ingress" || $0 == "Egress" }
    let isReadable = selector.oracleIsSound && areKnown
    return OraclePolicy(
      owner: .policy(
        group: "networking.k8s.io", kind: "NetworkPolicy", tier: "default", namespace: namespace, name: metadata.name),
      tier: "default", order: 1000, precedence: "\(metadata.name)/\(namespace)/KubernetesNetworkPolicy",
      isReadable: isReadable,
      selects: { $0.isPod && $0.namespace == namespace && (!isReadable || $0.isSelected(by: selector)) },
      ingress: types.contains("Ingress") || !areKnown
        ? spec.ingress.map { OracleRule(peers: $0.from, ports: $0.ports, namespace) } : nil,
      egress: types.contains("Egress") || !areKnown
        ? spec.egress.map { OracleRule(peers: $0.to, ports: $0.ports, namespace) } : nil)
  }
}

extension OracleRule {
  /// One of the peers and one of the ports; none of them given is any.
  fileprivate init(peers: [KubernetesPolicyPeer], ports: [KubernetesPolicyPort], _ namespace: String) {
    self.init(
      action: .allow, isSound: peers.allSatisfy(\.oracleIsSound) && ports.allSatisfy(\.oracleIsSound),
      match: { question, parties, _ in
        let here = parties.filter { $0.isAt(question.peer) }
        if peers.isEmpty { return ports.isEmpty || ports.contains { $0.oracleMatches(question, at: here) } }
        return peers.contains { peer in
          guard let meant = peer.oracleMatches(question.peer, here, namespace) else { return false }
          return ports.isEmpty || ports.contains { $0.oracleMatches(question, at: meant) }
        }
      })
  }
}

extension KubernetesPolicyPeer {
  /// Who of those at the address is meant; nil where the address itself is not.
  fileprivate func oracleMatches(
    _ address: OracleAddress, _ here: [OracleParty], _ namespace: String
  ) -> [OracleParty]? {
    if let ipBlock { return ipBlock.oracleContains(address) ? here : nil }
    let pods = here.filter { pod in
      guard pod.isPod, podSelector.map(pod.isSelected(by:)) ?? true else { return false }
      return namespaceSelector.map(pod.isSelected(byNamespace:)) ?? (pod.namespace == namespace)
    }
    return pods.isEmpty ? nil : pods
  }

  fileprivate var oracleIsSound: Bool {
    if let ipBlock {
      let areRanges = ([ipBlock.cidr] + ipBlock.except).allSatisfy { OracleAddress($0) != nil }
      return podSelector == nil && namespaceSelector == nil && areRanges
    }
    guard podSelector != nil || namespaceSelector != nil else { return false }
    return (podSelector?.oracleIsSound ?? true) && (namespaceSelector?.oracleIsSound ?? true)
  }
}

extension IPBlock {
  fileprivate func oracleContains(_ address: OracleAddress) -> Bool {
    let contains = { (range: String) in OracleAddress(range)?.contains(address) ?? false }
    return contains(cidr) && !except.contains(where: contains)
  }
}

extension KubernetesPolicyPort {
  /// No protocol is TCP, no port is all of them, and a name is one of the pods that the packet is for.
  fileprivate func oracleMatches(_ question: OracleQuestion, at peers: [OracleParty]) -> Bool {
    let packet = question.packet
    guard oracleProto == packet.proto else { return false }
    switch port {
    case nil: return true
    case .int(let first):
      return first <= packet.destinationPort && packet.destinationPort <= endPort ?? first
    case .string(let name):
      let receivers = question.direction == .ingress ? [question.endpoint] : peers
      return receivers.contains { receiver in
        receiver.ports.contains(.init(name: name, proto: packet.proto, port: packet.destinationPort))
      }
    }
  }

  fileprivate var oracleIsSound: Bool {
    guard oracleProto != nil else { return false }
    switch port {
    case nil: return endPort == nil
    case .int(let first):
      return first >= 1 && first <= 65535 && (endPort.map { $0 >= first && $0 <= 65535 } ?? true)
    case .string(let name): return endPort == nil && !name.isEmpty
    }
  }

  private var oracleProto: UInt8? {
    switch `protocol` {
    case nil, .some(.tcp): 6
    case .some(.udp): 17
    case .some(.sctp): 132
    default: nil
    }
  }
}
