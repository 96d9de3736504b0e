extension CalicoRule {
  /// What is wrong with a rule.
  ///
  /// - Parameters:
  ///   - type: whether it is about what endpoints receive or send.
  ///   - namespaced: whether its policy has a namespace, which then is that of services too.
  func errors(at field: String, _ type: PolicyType, namespaced: Bool, _ selectors: SelectorRule) -> [FieldError] {
    var errors: [FieldError] = []
    errors +=
      action.rawValue.isEmpty
      ? [.required("\(field).action")]
      : ListRules.notSupportedErrors(action.rawValue, "\(field).action", ["Allow", "Deny", "Log", "Pass"])
    errors += protocolErrors(field) + icmpErrors(field)
    errors += source.errors(at: "\(field).source", selectors)
    errors += destination.errors(at: "\(field).destination", selectors)
    errors += portErrors(field) + RuleNets(self).errors(at: field)
    errors += serviceErrors(field, type, namespaced: namespaced)
    errors += httpErrors(field, type)
    for key in (metadata?.annotations ?? [:]).keys.sorted() {
      errors += LabelRule.keyProblems(key.lowercased()).map { .invalid("\(field).metadata.annotations", key, $0) }
    }
    return errors
  }

  private func protocolErrors(_ field: String) -> [FieldError] {
    var errors: [FieldError] = []
    if let ipVersion, ipVersion != 4 && ipVersion != 6 {
      errors.append(.notSupported("\(field).ipVersion", "\(ipVersion)", ["4", "6"]))
    }
    for (name, value) in [("protocol", `protocol`), ("notProtocol", notProtocol)] {
      guard let value else { continue }
      if !value.isWellWritten {
        errors.append(
          .invalid(
            "\(field).\(name)", value.description,
            "must be TCP, UDP, ICMP, ICMPv6, SCTP, UDPLite or a number from 1 to 255"))
      } else if let ipVersion, let needed = value.ipVersion, needed != ipVersion {
        errors.append(
          .invalid(
            "\(field).\(name)", value.description,
            "protocol ICMP\(needed == 6 ? "v6" : "") requires ipVersion \(needed)"
          ))
      }
    }
    return errors
  }

  private func icmpErrors(_ field: String) -> [FieldError] {
    var errors: [FieldError] = []
    if icmp != nil, `protocol`?.ipVersion == nil {
      errors.append(.forbidden("\(field).icmp", "ICMP fields require protocol to be ICMP or ICMPv6"))
    }
    for (name, value) in [("icmp", icmp), ("notICMP", notICMP)] {
      guard let value else { continue }
      if let type = value.type { errors += ListRules.rangeErrors(type, "\(field).\(name).type", 0...254) }
      guard let code = value.code else { continue }
      errors += ListRules.rangeErrors(code, "\(field).\(name).code", 0...255)
      if value.type == nil {
        errors.append(.invalid("\(field).\(name).code", code, "ICMP code specified without an ICMP type"))
      }
    }
    return errors
  }

  /// Only some protocols have ports. Names say themselves which protocol they are of.
  private func portErrors(_ field: String) -> [FieldError] {
    if `protocol`?.hasPorts ?? false { return [] }
    let lists = [
      ("source.ports", source.ports), ("source.notPorts", source.notPorts), ("destination.ports", destination.ports),
      ("destination.notPorts", destination.notPorts),
    ]
    return lists.compactMap { name, ports in
      if `protocol` != nil {
        return ports.isEmpty
          ? nil : .forbidden("\(field).\(name)", "rules that specify ports must set protocol to TCP or UDP or SCTP")
      }
      return ports.allSatisfy(\.isName)
        ? nil
        : .forbidden(
          "\(field).\(name)", "rules with numeric port or port range must set protocol to TCP or UDP or SCTP")
    }
  }

  private func serviceErrors(_ field: String, _ type: PolicyType, namespaced: Bool) -> [FieldError] {
    var errors: [FieldError] = []
    if destination.services != nil, !destination.ports.isEmpty || !destination.notPorts.isEmpty {
      errors.append(
        .forbidden("\(field).destination.services", "ports and notPorts cannot be specified with services"))
    }
    let ends = type == .ingress ? (own: "destination", peer: "source") : (own: "source", peer: "destination")
    let (own, peer) = type == .ingress ? (destination, source) : (source, destination)
    if own.services != nil {
      errors.append(
        .forbidden("\(field).\(ends.own).services", "not allowed in \(type.rawValue.lowercased()) rule \(ends.own)"))
    }
    if !namespaced, let services = peer.services, services.namespace.isEmpty {
      errors.append(.required("\(field).\(ends.peer).services.namespace", "must specify a namespace"))
    }
    return errors
  }

  private func httpErrors(_ field: String, _ type: PolicyType) -> [FieldError] {
    guard let http else { return [] }
    let field = "\(field).http"
    var errors: [FieldError] = []
    if type == .egress { errors.append(.forbidden(field, "not allowed in egress rule")) }
    if action != .allow { errors.append(.forbidden(field, "HTTP match is only valid on Allow rules")) }
    if let number = `protocol`?.number, number != 6 {
      errors.append(.forbidden(field, "rules with HTTP match must have protocol TCP or unset"))
    }
    return errors + http.errors(at: field)
  }
}

extension CalicoPort {
  fileprivate var isName: Bool {
    if case .named = meaning { true } else { false }
  }
}

extension CalicoProtocol {
  /// Whether names have the case that the API wants.
  var isWellWritten: Bool {
    guard let number else { return false }
    return description == "\(number)" || Self.names.contains { $0.name == description }
  }

  /// The version of IP that ICMP's messages are of; nil for other protocols.
  fileprivate var ipVersion: Int? {
    switch number {
    case 1: 4
    case 58: 6
    default: nil
    }
  }
}

extension HTTPMatch {
  fileprivate static let limit = 20

  fileprivate func errors(at field: String) -> [FieldError] {
    ListRules.countErrors(methods.count, "\(field).methods", limit: Self.limit)
      + ListRules.duplicateErrors(methods, "\(field).methods")
      + ListRules.countErrors(paths.count, "\(field).paths", limit: Self.limit)
      + paths.enumerated().flatMap { index, path in path.errors(at: "\(field).paths[\(index)]") }
  }
}

extension HTTPMatch.Path {
  fileprivate func errors(at field: String) -> [FieldError] {
    if !exact.isEmpty && !prefix.isEmpty { return [.forbidden(field, "Both 'exact' and 'prefix' are set")] }
    if exact.isEmpty && prefix.isEmpty { return [.required(field, "Either 'exact' or 'prefix' must be set")] }
    let (name, path) = exact.isEmpty ? ("prefix", prefix) : ("exact", exact)
    if path.unicodeScalars.count > 1024 { return [.tooLong("\(field).\(name)", limit: 1024)] }
    return path.hasPrefix("/") && !path.contains { "? #".contains($0) }
      ? [] : [.invalid("\(field).\(name)", path, "must start with `/` and not contain `?` or `#` or blanks")]
  }
}
