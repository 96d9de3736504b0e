extension ClusterNetworkPolicySpec {
  /// What is wrong with it, as an API server says it by the kind's schema.
  public func errors(at field: String = "spec") -> [FieldError] {
    var errors: [FieldError] = []
    errors +=
      tier.rawValue.isEmpty
      ? [.required("\(field).tier")]
      : ListRules.notSupportedErrors(tier.rawValue, "\(field).tier", ["Admin", "Baseline"])
    errors +=
      priority.map { ListRules.rangeErrors($0, "\(field).priority", 0...1000) } ?? [.required("\(field).priority")]
    errors += subject.errors(at: "\(field).subject")
    errors += ListRules.countErrors(ingress.count, "\(field).ingress", limit: ClusterPolicyLimits.items)
    errors += ListRules.countErrors(egress.count, "\(field).egress", limit: ClusterPolicyLimits.items)
    for (index, rule) in ingress.enumerated() { errors += rule.errors(at: "\(field).ingress[\(index)]") }
    for (index, rule) in egress.enumerated() { errors += rule.errors(at: "\(field).egress[\(index)]") }
    return errors
  }
}

private enum ClusterPolicyLimits {
  /// Of rules, peers, protocols, networks and names.
  static let items = 25
  static let nameLength = 100
  static let networkLength = 43

  /// Of an object that says exactly one thing.
  static func exactlyOne(_ set: [Bool], _ field: String) -> [FieldError] {
    let count = set.count { $0 }
    if count == 1 { return [] }
    return count == 0
      ? [.required(field, "exactly one of its fields must be set")]
      : [.forbidden(field, "exactly one of its fields may be set, there are \(count)")]
  }

  static func ruleErrors(
    _ name: String, _ action: ClusterPolicyAction, _ protocols: [ClusterPolicyProtocol], at field: String
  ) -> [FieldError] {
    var errors: [FieldError] = []
    if name.unicodeScalars.count > nameLength { errors.append(.tooLong("\(field).name", limit: nameLength)) }
    errors +=
      action.rawValue.isEmpty
      ? [.required("\(field).action")]
      : ListRules.notSupportedErrors(action.rawValue, "\(field).action", ["Accept", "Deny", "Pass"])
    errors += ListRules.countErrors(protocols.count, "\(field).protocols", limit: items)
    for (index, item) in protocols.enumerated() { errors += item.errors(at: "\(field).protocols[\(index)]") }
    return errors
  }

  static func peerCountErrors(_ peers: [ClusterPolicyPeer], _ field: String) -> [FieldError] {
    if peers.isEmpty { return [.required(field, "must have at least 1 item")] }
    return ListRules.countErrors(peers.count, field, limit: items)
  }
}

extension ClusterPolicySubject {
  fileprivate func errors(at field: String) -> [FieldError] {
    ClusterPolicyLimits.exactlyOne([namespaces != nil, pods != nil], field)
      + (namespaces?.errors(at: "\(field).namespaces") ?? []) + (pods?.errors(at: "\(field).pods") ?? [])
  }
}

extension NamespacedPods {
  fileprivate func errors(at field: String) -> [FieldError] {
    namespaceSelector.errors(at: "\(field).namespaceSelector") + podSelector.errors(at: "\(field).podSelector")
  }
}

extension ClusterIngressRule {
  fileprivate func errors(at field: String) -> [FieldError] {
    ClusterPolicyLimits.ruleErrors(name, action, protocols, at: field)
      + ClusterPolicyLimits.peerCountErrors(from, "\(field).from")
      + from.enumerated().flatMap { index, peer in peer.errors(at: "\(field).from[\(index)]", isEgress: false) }
  }
}

extension ClusterEgressRule {
  fileprivate func errors(at field: String) -> [FieldError] {
    var errors = ClusterPolicyLimits.ruleErrors(name, action, protocols, at: field)
    errors += ClusterPolicyLimits.peerCountErrors(to, "\(field).to")
    errors += to.enumerated().flatMap { index, peer in peer.errors(at: "\(field).to[\(index)]", isEgress: true) }
    if protocols.contains(where: { !$0.destinationNamedPort.isEmpty }), to.contains(where: \.hasNoNamedPorts) {
      errors.append(
        .forbidden(
          "\(field).protocols",
          "networks/nodes/domainNames peer cannot be set with namedPorts since there are no namedPorts for "
            + "networks/nodes/domainNames"))
    }
    if action != .accept, to.contains(where: { $0.domainNames != nil }) {
      errors.append(.forbidden("\(field).to", "domainNames are for Accept rules only"))
    }
    return errors
  }
}

extension ClusterPolicyPeer {
  fileprivate var hasNoNamedPorts: Bool { nodes != nil || networks != nil || domainNames != nil }

  fileprivate func errors(at field: String, isEgress: Bool) -> [FieldError] {
    if !isEgress && hasNoNamedPorts {
      return [.forbidden(field, "nodes, networks and domainNames are for egress rules only")]
    }
    var errors = ClusterPolicyLimits.exactlyOne(
      [namespaces != nil, pods != nil, nodes != nil, networks != nil, domainNames != nil], field)
    errors += namespaces?.errors(at: "\(field).namespaces") ?? []
    errors += pods?.errors(at: "\(field).pods") ?? []
    errors += nodes?.errors(at: "\(field).nodes") ?? []
    errors += networkErrors("\(field).networks")
    return errors + nameErrors("\(field).domainNames")
  }

  private func networkErrors(_ field: String) -> [FieldError] {
    guard let networks else { return [] }
    if networks.isEmpty { return [.required(field, "must have at least 1 item")] }
    return ListRules.countErrors(networks.count, field, limit: ClusterPolicyLimits.items)
      + ListRules.duplicateErrors(networks, field)
      + networks.enumerated().compactMap { index, text in
        let isNetwork =
          text.utf8.count <= ClusterPolicyLimits.networkLength && AddressRange(text).map(\.hasLength) ?? false
        return isNetwork ? nil : .invalid("\(field)[\(index)]", text, "Invalid CIDR format provided")
      }
  }

  private func nameErrors(_ field: String) -> [FieldError] {
    guard let domainNames else { return [] }
    if domainNames.isEmpty { return [.required(field, "must have at least 1 item")] }
    return ListRules.countErrors(domainNames.count, field, limit: ClusterPolicyLimits.items)
      + ListRules.duplicateErrors(domainNames, field)
      + domainNames.enumerated().compactMap { index, name in
        DomainName.isValid(name)
          ? nil : .invalid("\(field)[\(index)]", name, "must be a domain name such as example.com or *.example.com")
      }
  }
}

/// Names of hosts outside, as a ClusterNetworkPolicy writes them.
private enum DomainName {
  /// Two or more labels; "*." may stand before them, and a dot after them.
  static func isValid(_ text: String) -> Bool {
    var name = text[...]
    if name.hasPrefix("*.") { name = name.dropFirst(2) }
    if name.hasSuffix(".") { name = name.dropLast() }
    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
    return labels.count >= 2 && labels.allSatisfy(isLabel)
  }

  private static func isLabel(_ label: Substring) -> Bool {
    func isAlphanumeric(_ byte: UInt8) -> Bool {
      NameRule.isDigit(byte) || NameRule.isLower(byte) || NameRule.isUpper(byte)
    }
    guard let first = label.utf8.first, let last = label.utf8.last else { return false }
    return isAlphanumeric(first) && isAlphanumeric(last)
      && label.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
  }
}

extension ClusterPolicyProtocol {
  fileprivate func errors(at field: String) -> [FieldError] {
    ClusterPolicyLimits.exactlyOne([tcp != nil, udp != nil, sctp != nil, !destinationNamedPort.isEmpty], field)
      + (tcp?.errors(at: "\(field).tcp") ?? []) + (udp?.errors(at: "\(field).udp") ?? [])
      + (sctp?.errors(at: "\(field).sctp") ?? [])
  }
}

extension ClusterProtocolPorts {
  fileprivate func errors(at field: String) -> [FieldError] {
    guard let destinationPort else { return [.required("\(field).destinationPort")] }
    return destinationPort.errors(at: "\(field).destinationPort")
  }
}

extension ClusterPolicyPort {
  fileprivate func errors(at field: String) -> [FieldError] {
    var errors = ClusterPolicyLimits.exactlyOne([number != 0, range != nil], field)
    if number != 0 { errors += ListRules.rangeErrors(number, "\(field).number", 1...65535) }
    guard let range else { return errors }
    errors += ListRules.rangeErrors(range.start, "\(field).range.start", 1...65535)
    errors += ListRules.rangeErrors(range.end, "\(field).range.end", 1...65535)
    if range.start >= range.end {
      errors.append(.invalid("\(field).range", "\(range.start)-\(range.end)", "Start port must be less than End port"))
    }
    return errors
  }
}
