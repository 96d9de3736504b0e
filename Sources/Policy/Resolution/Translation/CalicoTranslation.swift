import CalicoAPI
import DataplaneABI

extension CalicoNetworkPolicy {
  func policyHead(_ key: PolicyKey) -> PolicyHead {
    spec.policyHead(key, kind: Self.kind) { () throws(PolicyMistake) in
      [try .inNamespace(metadata.namespace, "metadata.namespace")]
    }
  }
}

extension GlobalNetworkPolicy {
  func policyHead(_ key: PolicyKey) -> PolicyHead {
    var head = spec.policyHead(key, kind: Self.kind) { () throws(PolicyMistake) in
      guard !spec.namespaceSelector.isEmpty else { return [] }
      return [.inNamespaces(try .reading(spec.namespaceSelector, "spec.namespaceSelector"))]
    }
    // Those are asked where a host's own interfaces are, before pods are.
    head.isForPods = !spec.doNotTrack && !spec.preDNAT
    return head
  }
}

extension CalicoPolicySpec {
  /// - Parameter namespaces: what selects the namespaces of the policy's endpoints.
  fileprivate func policyHead(
    _ key: PolicyKey, kind: String, _ namespaces: () throws(PolicyMistake) -> [Selector]
  ) -> PolicyHead {
    let directions = try? effectiveTypes.directions("spec.types")
    return PolicyHead(
      owner: .policy(
        group: ProjectCalico.group, kind: kind, tier: effectiveTier, namespace: key.namespace, name: key.name),
      tier: effectiveTier, order: order ?? .infinity, directions: directions ?? Set(PolicyDirection.allCases),
      subject: key.subject { () throws(PolicyMistake) in
        _ = try effectiveTypes.directions("spec.types")
        var selectors = try namespaces()
        if !serviceAccountSelector.isEmpty {
          selectors.append(
            .ofServiceAccounts(try .reading(serviceAccountSelector, "spec.serviceAccountSelector")))
        }
        selectors.append(try .reading(selector, "spec.selector"))
        return .every(selectors)
      })
  }

  func translate(_ translation: inout PolicyTranslation) {
    let scope = CalicoRuleScope(namespace: translation.key.namespace, subject: translation.subject)
    for direction in PolicyDirection.allCases {
      for (index, rule) in (direction == .ingress ? ingress : egress).enumerated() {
        translation.add(direction, index, action: rule.action.ruleAction) { sets throws(PolicyMistake) in
          [try rule.match(direction, scope, &sets)]
        }
      }
    }
  }
}

extension CalicoAction {
  fileprivate var ruleAction: RuleAction? {
    switch self {
    case .allow: .allow
    case .deny: .deny
    case .log: .log
    case .pass: .pass
    default: nil
    }
  }
}

/// What the rules of a policy take from it.
struct CalicoRuleScope {
  /// nil for cluster-wide ones.
  var namespace: String?
  /// Whom the policy is about.
  var subject: Selector
}

extension CalicoRule {
  fileprivate func match(
    _ direction: PolicyDirection, _ scope: CalicoRuleScope, _ sets: inout [IPSetID: IPSetDefinition]
  ) throws(PolicyMistake) -> RuleMatch {
    guard http == nil else { throw PolicyMistake("http", "requests of HTTP are not looked at") }
    let transport = try transportMatch()
    let source = EntityTranslation(
      entity: source, path: "source", scope: scope, proto: transport.proto, isSource: true, direction: direction)
    let destination = EntityTranslation(
      entity: destination, path: "destination", scope: scope, proto: transport.proto, isSource: false,
      direction: direction)
    return RuleMatch(
      family: try family(), transport: transport, source: try source.match(&sets),
      destination: try destination.match(&sets))
  }

  private func family() throws(PolicyMistake) -> AddressFamily? {
    guard let ipVersion else { return nil }
    guard let family = AddressFamily(rawValue: ipVersion) else {
      throw PolicyMistake("ipVersion", "\(ipVersion) is neither 4 nor 6")
    }
    return family
  }

  private func transportMatch() throws(PolicyMistake) -> TransportMatch {
    let proto = try `protocol`?.number("protocol")
    if icmp != nil, proto != IPProtocolNumber.icmp, proto != IPProtocolNumber.icmpv6 {
      throw PolicyMistake("icmp", "the rule's protocol is neither ICMP nor ICMPv6")
    }
    return TransportMatch(
      proto: proto, notProto: try notProtocol?.number("notProtocol"), icmp: try icmp?.match("icmp"),
      notICMP: try notICMP?.match("notICMP"))
  }
}

extension CalicoProtocol {
  fileprivate func number(_ path: String) throws(PolicyMistake) -> UInt8 {
    guard let number else { throw PolicyMistake(path, "\"\(self)\" is no IP protocol") }
    return number
  }
}

extension ICMPFields {
  /// nil where it is about every message.
  fileprivate func match(_ path: String) throws(PolicyMistake) -> ICMPMatch? {
    guard let type else {
      guard code == nil else { throw PolicyMistake("\(path).code", "there is no type") }
      return nil
    }
    guard let number = UInt8(exactly: type), number < 255 else {
      throw PolicyMistake("\(path).type", "\(type) is no type: 0 to 254 are")
    }
    guard let code else { return ICMPMatch(type: number) }
    guard let codeNumber = UInt8(exactly: code) else {
      throw PolicyMistake("\(path).code", "\(code) is no code: 0 to 255 are")
    }
    return ICMPMatch(type: number, code: codeNumber)
  }
}
