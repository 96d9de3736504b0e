extension TierSpec {
  /// - Parameter name: the tier's; those that every cluster has are what they are.
  func errors(at field: String, name: String) -> [FieldError] {
    let action = defaultAction?.rawValue ?? CalicoAction.deny.rawValue
    var errors = ListRules.notSupportedErrors(action, "\(field).defaultAction", ["Deny", "Pass"])
    guard let standard = StandardTier.all.first(where: { $0.name == name }) else { return errors }
    if action != standard.defaultAction.rawValue {
      errors.append(
        .invalid(
          "\(field).defaultAction", action, "The '\(name)' tier must have default action '\(standard.defaultAction)'"))
    }
    if order != standard.order {
      errors.append(
        .invalid("\(field).order", order.map { "\($0)" } ?? "", "\(name) tier order must be \(Int(standard.order))"))
    }
    return errors
  }
}

extension NetworkSetSpec {
  func errors(at field: String, labels: [String: String]) -> [FieldError] {
    let owned = "projectcalico.org/namespace"
    let label: [FieldError] =
      labels[owned] == nil ? [] : [.invalid("metadata.labels", owned, "\(owned) is not a valid label name")]
    return label + ListRules.duplicateErrors(nets, "\(field).nets")
      + nets.enumerated().compactMap { index, text in
        AddressRange(text) == nil
          ? .invalid(
            "\(field).nets[\(index)]", text, "must be a range of addresses such as 192.0.2.0/24, or an address")
          : nil
      }
  }
}

extension HostEndpointSpec {
  func errors(at field: String) -> [FieldError] {
    var errors: [FieldError] = []
    errors +=
      node.isEmpty
      ? [.required("\(field).node", "node must be specified")]
      : NameRule.dnsSubdomain.problems(node).map { .invalid("\(field).node", node, $0) }
    if interfaceName.isEmpty && expectedIPs.isEmpty {
      errors.append(
        .required("\(field).interfaceName", "at least one of interfaceName or expectedIPs must be specified"))
    }
    if !interfaceName.isEmpty && interfaceName != "*" && !Self.isInterface(interfaceName) {
      errors.append(
        .invalid(
          "\(field).interfaceName", interfaceName, "must be * or a name of 1 to 15 letters, digits, '_', '.' and '-'"))
    }
    for (index, text) in expectedIPs.enumerated() where AddressRange(text)?.hasLength ?? true {
      errors.append(
        .invalid(
          "\(field).expectedIPs[\(index)]", text, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"))
    }
    errors += ListRules.duplicateErrors(expectedIPs, "\(field).expectedIPs")
    for (index, name) in profiles.enumerated() {
      errors += NameRule.dnsSubdomain.problems(name).map { .invalid("\(field).profiles[\(index)]", name, $0) }
    }
    errors += ListRules.duplicateErrors(profiles, "\(field).profiles")
    return errors + ports.enumerated().flatMap { index, port in port.errors(at: "\(field).ports[\(index)]") }
  }

  private static func isInterface(_ name: String) -> Bool {
    (1...15).contains(name.utf8.count)
      && name.utf8.allSatisfy {
        NameRule.isDigit($0) || NameRule.isLower($0) || NameRule.isUpper($0) || Array("_.-".utf8).contains($0)
      }
  }
}

extension HostEndpointPort {
  fileprivate func errors(at field: String) -> [FieldError] {
    var errors: [FieldError] =
      name.isEmpty
      ? [.required("\(field).name")] : PortName.problems(name).map { .invalid("\(field).name", name, $0) }
    if !`protocol`.hasPorts || !`protocol`.isWellWritten {
      errors.append(.invalid("\(field).protocol", `protocol`.description, "must be TCP, UDP or SCTP: it has no ports"))
    }
    return errors + ListRules.rangeErrors(port, "\(field).port", 1...65535)
  }
}
