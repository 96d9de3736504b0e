import CalicoAPI

// What policies hold as text, read with the field's path for whoever has to find a mistake.

extension Selector {
  /// A selector in Calico's language.
  static func reading(_ text: String, _ path: String) throws(PolicyMistake) -> Selector {
    do { return try Selector(text) } catch { throw PolicyMistake(path, "\"\(text)\" is no selector: \(error)") }
  }

  /// A selector of Kubernetes' over pods' labels.
  static func reading(_ selector: LabelSelector, _ path: String) throws(PolicyMistake) -> Selector {
    do {
      return try Selector(
        matchLabels: selector.matchLabels,
        matchExpressions: selector.matchExpressions.map {
          LabelRequirement(key: $0.key, op: $0.operator.rawValue, values: $0.values)
        })
    } catch { throw PolicyMistake(path, "\(error)") }
  }

  /// What is in the namespaces that a selector of Kubernetes' selects.
  static func readingNamespaces(_ selector: LabelSelector, _ path: String) throws(PolicyMistake) -> Selector {
    .inNamespaces(try reading(selector, path))
  }

  static func inNamespace(_ name: String, _ path: String) throws(PolicyMistake) -> Selector {
    do { return try inNamespace(name) } catch { throw PolicyMistake(path, "\(error)") }
  }

  /// Kubernetes' pods.
  static func pods(_ path: String) throws(PolicyMistake) -> Selector {
    do { return try .label(LabelName.orchestrator, equals: "k8s") } catch { throw PolicyMistake(path, "\(error)") }
  }
}

extension AddressPrefix {
  static func reading(_ text: String, _ path: String) throws(PolicyMistake) -> AddressPrefix {
    guard let prefix = AddressPrefix(text) else {
      throw PolicyMistake(path, "\"\(text)\" is no range of addresses")
    }
    return prefix
  }

  static func reading(_ texts: [String], _ path: String) throws(PolicyMistake) -> Set<AddressPrefix> {
    var prefixes: Set<AddressPrefix> = []
    for (index, text) in texts.enumerated() { prefixes.insert(try reading(text, "\(path)[\(index)]")) }
    return prefixes
  }
}
