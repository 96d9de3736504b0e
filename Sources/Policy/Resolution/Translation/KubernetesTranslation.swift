import CalicoAPI
import DataplaneABI

extension KubernetesNetworkPolicy {
  /// All of them stand in one tier, at one order.
  static var order: Double { 1000 }

  func policyHead(_ key: PolicyKey) -> PolicyHead {
    let tier = StandardTier.default.name
    let directions = try? spec.effectiveTypes.directions("spec.policyTypes")
    return PolicyHead(
      owner: .policy(
        group: Self.group, kind: Self.kind, tier: tier, namespace: metadata.namespace, name: metadata.name),
      tier: tier, order: Self.order, directions: directions ?? Set(PolicyDirection.allCases),
      subject: key.subject { () throws(PolicyMistake) in
        _ = try spec.effectiveTypes.directions("spec.policyTypes")
        return .every([
          try .pods("spec.podSelector"), try .inNamespace(metadata.namespace, "metadata.namespace"),
          try .reading(spec.podSelector, "spec.podSelector"),
        ])
      })
  }

  func translate(_ translation: inout PolicyTranslation) {
    for (index, rule) in spec.ingress.enumerated() {
      translate(.ingress, index, rule.from, "from", rule.ports, &translation)
    }
    for (index, rule) in spec.egress.enumerated() {
      translate(.egress, index, rule.to, "to", rule.ports, &translation)
    }
  }

  private func translate(
    _ direction: PolicyDirection, _ index: Int, _ peers: [KubernetesPolicyPeer], _ peersPath: String,
    _ ports: [KubernetesPolicyPort], _ translation: inout PolicyTranslation
  ) {
    let subject = translation.subject
    translation.add(direction, index, action: .allow) { sets throws(PolicyMistake) in
      let ends = try self.ends(peers, peersPath, &sets)
      var transports: [TransportPorts] = []
      for (index, port) in ports.enumerated() { transports.append(try port.transport("ports[\(index)]")) }
      return PolicyTranslation.matches(direction, ends, TransportPorts.merged(transports), subject: subject, &sets)
    }
  }

  /// Blocks without exceptions are one end together.
  private func ends(
    _ peers: [KubernetesPolicyPeer], _ path: String, _ sets: inout [IPSetID: IPSetDefinition]
  ) throws(PolicyMistake) -> [KubernetesPeer] {
    if peers.isEmpty { return [.any] }
    var ends: [KubernetesPeer] = []
    var blocks: Set<AddressPrefix> = []
    for (index, peer) in peers.enumerated() {
      let path = "\(path)[\(index)]"
      guard let block = peer.ipBlock else {
        ends.append(.selected(try peer.selector(metadata.namespace, path), &sets))
        continue
      }
      guard peer.podSelector == nil, peer.namespaceSelector == nil else {
        throw PolicyMistake(path, "an ipBlock stands alone, and there is a selector beside it")
      }
      let prefix = try AddressPrefix.reading(block.cidr, "\(path).ipBlock.cidr")
      let except = try AddressPrefix.reading(block.except, "\(path).ipBlock.except")
      if except.isEmpty {
        blocks.insert(prefix)
      } else {
        ends.append(
          KubernetesPeer(match: PeerMatch(prefixes: .among([prefix]), notPrefixes: except), receivers: .all))
      }
    }
    if !blocks.isEmpty {
      ends.append(KubernetesPeer(match: PeerMatch(prefixes: .among(blocks)), receivers: .all))
    }
    return ends
  }
}

extension KubernetesPolicyPeer {
  /// The pods that are meant.
  fileprivate func selector(_ namespace: String, _ path: String) throws(PolicyMistake) -> Selector {
    guard podSelector != nil || namespaceSelector != nil else {
      throw PolicyMistake(path, "there is neither a podSelector nor a namespaceSelector nor an ipBlock")
    }
    var selectors = [try Selector.pods(path)]
    if let namespaceSelector {
      selectors.append(try .readingNamespaces(namespaceSelector, "\(path).namespaceSelector"))
    } else {
      selectors.append(try .inNamespace(namespace, "metadata.namespace"))
    }
    if let podSelector { selectors.append(try .reading(podSelector, "\(path).podSelector")) }
    return .every(selectors)
  }
}

extension KubernetesPolicyPort {
  fileprivate func transport(_ path: String) throws(PolicyMistake) -> TransportPorts {
    let proto = try (`protocol` ?? .tcp).number("\(path).protocol")
    switch port {
    case nil:
      guard endPort == nil else { throw PolicyMistake("\(path).endPort", "there is no port that begins the range") }
      return TransportPorts(proto: proto, ports: nil)
    case .string(let name):
      guard endPort == nil else { throw PolicyMistake("\(path).endPort", "a range does not begin with a name") }
      guard !name.isEmpty else { throw PolicyMistake("\(path).port", "the name is empty") }
      return TransportPorts(proto: proto, ports: [.named(name)])
    case .int(let number):
      let range = try portRange(number, endPort ?? number, path, "\(path).endPort")
      return TransportPorts(proto: proto, ports: [.range(range)])
    }
  }
}

extension PortProtocol {
  /// The IP protocol numbers of those that have ports.
  static var numbers: [UInt8] { [IPProtocolNumber.tcp, IPProtocolNumber.udp, IPProtocolNumber.sctp] }

  /// The IP protocol number.
  func number(_ path: String) throws(PolicyMistake) -> UInt8 {
    switch self {
    case .tcp: IPProtocolNumber.tcp
    case .udp: IPProtocolNumber.udp
    case .sctp: IPProtocolNumber.sctp
    default: throw PolicyMistake(path, "\"\(self)\" is none of TCP, UDP and SCTP")
    }
  }
}

/// Ports in the host's byte order, both ends included.
func portRange(
  _ first: Int32, _ last: Int32, _ path: String, _ lastPath: String
) throws(PolicyMistake) -> ClosedRange<UInt16> {
  guard let first = UInt16(exactly: first), first > 0 else {
    throw PolicyMistake("\(path).port", "\(first) is no port: 1 to 65535 are")
  }
  guard let last = UInt16(exactly: last), last >= first else {
    throw PolicyMistake(lastPath, "\(last) does not end a range that begins with \(first)")
  }
  return first...last
}
