extension KubernetesNetworkPolicySpec {
  /// What is wrong with it, as Kubernetes' API server says it.
  public func errors(at field: String = "spec") -> [FieldError] {
    podSelector.errors(at: "\(field).podSelector")
      + ingress.enumerated().flatMap { index, rule in
        KubernetesRuleErrors.errors(rule.ports, rule.from, at: "\(field).ingress[\(index)]", peers: "from")
      }
      + egress.enumerated().flatMap { index, rule in
        KubernetesRuleErrors.errors(rule.ports, rule.to, at: "\(field).egress[\(index)]", peers: "to")
      }
      + typeErrors("\(field).policyTypes")
  }

  private func typeErrors(_ field: String) -> [FieldError] {
    let types = policyTypes.map(\.rawValue)
    if types.count > 2 {
      return [.invalid(field, types.joined(separator: ","), "may not specify more than two policyTypes")]
    }
    return types.enumerated().flatMap { index, type in
      ListRules.notSupportedErrors(type, "\(field)[\(index)]", ["Egress", "Ingress"])
    }
  }
}

/// What rules of both directions must fulfil.
private enum KubernetesRuleErrors {
  static func errors(
    _ ports: [KubernetesPolicyPort], _ peers: [KubernetesPolicyPeer], at field: String, peers peersField: String
  ) -> [FieldError] {
    ports.enumerated().flatMap { index, port in port.errors(at: "\(field).ports[\(index)]") }
      + peers.enumerated().flatMap { index, peer in peer.errors(at: "\(field).\(peersField)[\(index)]") }
  }
}

extension KubernetesPolicyPort {
  fileprivate func errors(at field: String) -> [FieldError] {
    let unknown = `protocol`.map {
      ListRules.notSupportedErrors($0.rawValue, "\(field).protocol", ["SCTP", "TCP", "UDP"])
    }
    return (unknown ?? []) + portErrors(field)
  }

  private func portErrors(_ field: String) -> [FieldError] {
    switch port {
    case nil:
      return endPort.map { [.invalid("\(field).endPort", $0, "may not be specified when `port` is not specified")] }
        ?? []
    case .int(let number):
      return Self.numberErrors(number, "\(field).port") + endErrors(number, "\(field).endPort")
    case .string(let name):
      let end = endPort.map {
        [FieldError.invalid("\(field).endPort", $0, "may not be specified when `port` is non-numeric")]
      }
      return (end ?? []) + PortName.problems(name).map { .invalid("\(field).port", name, $0) }
    }
  }

  private func endErrors(_ first: Int32, _ field: String) -> [FieldError] {
    guard let endPort else { return [] }
    let order: [FieldError] =
      endPort < first ? [.invalid(field, endPort, "must be greater than or equal to `port`")] : []
    return order + Self.numberErrors(endPort, field)
  }

  private static func numberErrors(_ number: Int32, _ field: String) -> [FieldError] {
    (1...65535).contains(number) ? [] : [.invalid(field, number, "must be between 1 and 65535, inclusive")]
  }
}

extension KubernetesPolicyPeer {
  fileprivate func errors(at field: String) -> [FieldError] {
    if podSelector == nil && namespaceSelector == nil && ipBlock == nil {
      return [.required(field, "must specify a peer")]
    }
    var errors = podSelector?.errors(at: "\(field).podSelector") ?? []
    errors += namespaceSelector?.errors(at: "\(field).namespaceSelector") ?? []
    errors += ipBlock?.errors(at: "\(field).ipBlock") ?? []
    if ipBlock != nil && (podSelector != nil || namespaceSelector != nil) {
      errors.append(.forbidden(field, "may not specify both ipBlock and another peer"))
    }
    return errors
  }
}

extension IPBlock {
  fileprivate func errors(at field: String) -> [FieldError] {
    if cidr.isEmpty { return [.required("\(field).cidr")] }
    let invalid = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"
    guard let range = AddressRange(cidr), range.hasLength else { return [.invalid("\(field).cidr", cidr, invalid)] }
    return except.enumerated().flatMap { index, text -> [FieldError] in
      let field = "\(field).except[\(index)]"
      guard let part = AddressRange(text), part.hasLength else { return [.invalid(field, text, invalid)] }
      return range.contains(part) && range.length < part.length
        ? [] : [.invalid(field, text, "must be a strict subset of `cidr`")]
    }
  }
}
