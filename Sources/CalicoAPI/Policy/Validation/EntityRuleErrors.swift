extension EntityRule {
  static let netLimit = 256
  static let portLimit = 50

  /// What is wrong with one end of a rule, but for what depends on the rule.
  func errors(at field: String, _ selectors: SelectorRule) -> [FieldError] {
    var errors: [FieldError] = []
    errors += listErrors(nets, "\(field).nets") + listErrors(notNets, "\(field).notNets")
    errors += selectors.errors(selector, "\(field).selector")
    errors += selectors.errors(notSelector, "\(field).notSelector")
    errors += selectors.namespaceErrors(namespaceSelector, "\(field).namespaceSelector")
    errors += Self.portErrors(ports, "\(field).ports") + Self.portErrors(notPorts, "\(field).notPorts")
    errors += serviceErrors(field)
    if let serviceAccounts {
      errors += selectors.errors(serviceAccounts.selector, "\(field).serviceAccounts.selector")
      errors += ListRules.duplicateErrors(serviceAccounts.names, "\(field).serviceAccounts.names")
    }
    return errors
  }

  private func listErrors(_ nets: [String], _ field: String) -> [FieldError] {
    ListRules.countErrors(nets.count, field, limit: Self.netLimit) + ListRules.duplicateErrors(nets, field)
  }

  private static func portErrors(_ ports: [CalicoPort], _ field: String) -> [FieldError] {
    ListRules.countErrors(ports.count, field, limit: portLimit)
      + ports.enumerated().compactMap { index, port in
        switch port.meaning {
        case nil:
          .invalid(
            "\(field)[\(index)]", port.description,
            "must be a port from 1 to 65535, a range of them such as 8000:8080, or the name of a port")
        case .range(let range) where range.lowerBound == 0:
          .invalid(
            "\(field)[\(index)]", port.description, "port range invalid, port number must be between 1 and 65535")
        default: nil
        }
      }
  }

  private func serviceErrors(_ field: String) -> [FieldError] {
    guard let services else { return [] }
    var errors: [FieldError] = []
    if services.name.isEmpty {
      errors.append(.required("\(field).services.name", "services must specify a service name"))
    }
    for (name, value) in [("name", services.name), ("namespace", services.namespace)] where !value.isEmpty {
      errors += NameRule.dnsSubdomain.problems(value).map { .invalid("\(field).services.\(name)", value, $0) }
    }
    let excluded = [
      (!namespaceSelector.isEmpty, "NamespaceSelector"), (serviceAccounts != nil, "ServiceAccounts"),
      (!selector.isEmpty || !notSelector.isEmpty, "Selector/NotSelector"),
      (!nets.isEmpty || !notNets.isEmpty, "Nets/NotNets"),
    ]
    errors += excluded.filter(\.0).map {
      .forbidden("\(field).services", "cannot specify \($0.1) and Services on the same rule")
    }
    return errors
  }
}
