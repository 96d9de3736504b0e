import CalicoAPI

/// Whatever selectors can find: a pod, a host endpoint or a set of networks.
struct OracleParty {
  struct NamedPort: Hashable {
    var name: String
    var proto: UInt8
    var port: UInt16
  }

  /// nil where it is in none.
  var namespace: String?
  var name: String
  var isPod = false
  /// All that a selector sees: its own labels, those that Calico adds, those of its namespace and of its service account.
  var labels: [String: String]
  /// Without prefix.
  var namespaceLabels: [String: String] = [:]
  var serviceAccountLabels: [String: String] = [:]
  var addresses: [OracleAddress]
  var ports: [NamedPort] = []

  func isAt(_ address: OracleAddress) -> Bool { addresses.contains { $0.contains(address) } }
}

extension OracleParty {
  /// Whether a selector selects it; nil where the text is none.
  func isSelected(by selector: String) -> Bool? {
    OracleSelector.selects(selector, OracleSelector.Subject(labels: labels, global: namespace == nil))
  }

  /// In a selector of namespaces `all()` is whatever is in a namespace.
  func isSelected(byNamespace selector: String) -> Bool? {
    let subject = OracleSelector.Subject(labels: namespaceLabels, all: namespace != nil, global: namespace == nil)
    return OracleSelector.selects(selector, subject)
  }

  /// In a selector of service accounts `all()` is whatever has one.
  func isSelected(byServiceAccount selector: String) -> Bool? {
    let hasOne = labels["projectcalico.org/serviceaccount"] != nil
    let subject = OracleSelector.Subject(labels: serviceAccountLabels, all: hasOne, global: namespace == nil)
    return OracleSelector.selects(selector, subject)
  }

  func isSelected(by selector: LabelSelector) -> Bool { selector.oracleSelects(labels) }
  func isSelected(byNamespace selector: LabelSelector) -> Bool { selector.oracleSelects(namespaceLabels) }
}

extension LabelSelector {
  func oracleSelects(_ labels: [String: String]) -> Bool {
    matchLabels.allSatisfy { labels[$0.key] == $0.value }
      && matchExpressions.allSatisfy { requirement in
        let value = labels[requirement.key]
        switch requirement.operator {
        case .in: return value.map(requirement.values.contains) ?? false
        case .notIn: return !(value.map(requirement.values.contains) ?? false)
        case .exists: return value != nil
        case .doesNotExist: return value == nil
        default: return false
        }
      }
  }

  /// Whether the API allows it.
  var oracleIsSound: Bool {
    matchLabels.allSatisfy { oracleIsLabelName($0.key) && oracleIsLabelValue($0.value) }
      && matchExpressions.allSatisfy { requirement in
        guard oracleIsLabelName(requirement.key) else { return false }
        switch requirement.operator {
        case .in, .notIn: return !requirement.values.isEmpty && requirement.values.allSatisfy(oracleIsLabelValue)
        case .exists, .doesNotExist: return requirement.values.isEmpty
        default: return false
        }
      }
  }
}

private func oracleIsLabelName(_ name: String) -> Bool {
  !name.isEmpty && name.utf8.count <= 512
    && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_./-".contains($0)) }
}

private func oracleIsLabelValue(_ value: String) -> Bool { !(value.contains("'") && value.contains("\"")) }

// What there is in a cluster.

extension OracleCluster {
  var parties: [OracleParty] {
    pods.compactMap(party) + hostEndpoints.map(party) + networkSets.map(party) + globalNetworkSets.map(party)
  }

  /// nil for pods that have the node's own network: they are no endpoints.
  func party(_ pod: Pod) -> OracleParty? {
    guard !pod.spec.hostNetwork else { return nil }
    let namespace = pod.metadata.namespace
    let account = pod.spec.serviceAccountName
    var labels = own(pod.metadata.labels)
    labels["projectcalico.org/namespace"] = namespace
    labels["projectcalico.org/orchestrator"] = "k8s"
    labels["projectcalico.org/serviceaccount"] = account.isEmpty || account.utf8.count >= 63 ? nil : account

    var party = OracleParty(namespace: namespace, name: pod.metadata.name, isPod: true, labels: labels, addresses: [])
    party.namespaceLabels = labelsOfNamespace(namespace)
    party.serviceAccountLabels = labelsOfServiceAccount(account, in: namespace)
    party.inherit()
    // A pod that has ended has no address any more.
    if pod.status.phase != .succeeded && pod.status.phase != .failed {
      party.addresses = pod.status.addresses.compactMap { OracleAddress($0) }
    }
    party.ports = pod.spec.containers.flatMap(\.ports).compactMap { port in
      let protocols: [PortProtocol: UInt8] = [PortProtocol(): 6, .tcp: 6, .udp: 17, .sctp: 132]
      guard let proto = protocols[port.protocol], let number = UInt16(exactly: port.containerPort) else { return nil }
      return port.name.isEmpty ? nil : OracleParty.NamedPort(name: port.name, proto: proto, port: number)
    }
    return party
  }

  private func party(_ host: HostEndpoint) -> OracleParty {
    var labels: [String: String] = own(host.metadata.labels)
    labels["projectcalico.org/namespace"] = nil
    var party = OracleParty(
      namespace: nil, name: host.metadata.name, labels: labels,
      addresses: host.spec.expectedIPs.compactMap { OracleAddress($0) })
    party.ports = host.spec.ports.compactMap { port in
      guard let proto = port.protocol.number, let number = UInt16(exactly: port.port) else { return nil }
      return OracleParty.NamedPort(name: port.name, proto: proto, port: number)
    }
    return party
  }

  private func party(_ set: NetworkSet) -> OracleParty {
    let namespace = set.metadata.namespace
    var labels = own(set.metadata.labels)
    labels["projectcalico.org/namespace"] = namespace
    var party = OracleParty(
      namespace: namespace, name: set.metadata.name, labels: labels,
      addresses: set.spec.nets.compactMap { OracleAddress($0) })
    party.namespaceLabels = labelsOfNamespace(namespace)
    party.inherit()
    return party
  }

  private func party(_ set: GlobalNetworkSet) -> OracleParty {
    var labels = own(set.metadata.labels)
    labels["projectcalico.org/namespace"] = nil
    return OracleParty(
      namespace: nil, name: set.metadata.name, labels: labels,
      addresses: set.spec.nets.compactMap { OracleAddress($0) })
  }

  /// Whoever writes an object's labels does not get to say what namespace or service account it is of.
  private func own(_ labels: [String: String]) -> [String: String] {
    labels.filter { !$0.key.hasPrefix("pcns.") && !$0.key.hasPrefix("pcsa.") }
  }

  private func labelsOfNamespace(_ name: String) -> [String: String] {
    guard let namespace = namespaces.first(where: { $0.metadata.name == name }) else { return [:] }
    return namespace.metadata.labels.merging(["projectcalico.org/name": name]) { $1 }
  }

  private func labelsOfServiceAccount(_ name: String, in namespace: String) -> [String: String] {
    let account = serviceAccounts.first { $0.metadata.name == name && $0.metadata.namespace == namespace }
    return account?.metadata.labels.merging(["projectcalico.org/name": name]) { $1 } ?? [:]
  }
}

extension OracleParty {
  fileprivate mutating func inherit() {
    for (key, value) in namespaceLabels { labels["pcns." + key] = value }
    for (key, value) in serviceAccountLabels { labels["pcsa." + key] = value }
  }
}
