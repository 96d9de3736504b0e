import DataplaneABI

extension RuleID {
  /// The rule as people name it: "NetworkPolicy default/web ingress rule 0", "end of tier default".
  public var words: String {
    switch owner {
    case .policy(let group, let kind, _, let namespace, let name):
      // Both Kubernetes and Calico have a NetworkPolicy.
      let ofCalico = group.hasSuffix("projectcalico.org") && kind == "NetworkPolicy"
      let subject = "\(ofCalico ? "Calico " : "")\(kind) \(namespace.map { "\($0)/" } ?? "")\(name)"
      guard let index else { return "\(subject), which cannot be enforced as it stands" }
      return "\(subject) \(direction.rawValue) rule \(index)"
    case .profile(let name):
      return index == nil ? "profile \(name), whose namespace is not known" : "profile \(name)"
    case .endOfTier(let name): return "end of tier \(name)"
    case .endOfProfiles: return "end of profiles"
    }
  }

  /// The tier that the rule stands in; nil where it stands in none.
  public var tier: String? {
    switch owner {
    case .policy(_, _, let tier, _, _): tier
    case .endOfTier(let name): name
    case .profile, .endOfProfiles: nil
    }
  }
}

extension RuleMatch {
  /// Which packets they are, in words: "TCP, from {app == \"web\"}, to port 80 or 443"; "everything".
  public var words: String {
    let parts =
      [family.map { "IPv\($0.rawValue)" }].compactMap(\.self) + transport.words + source.words("from")
      + destination.words("to")
    return parts.isEmpty ? "everything" : parts.joined(separator: ", ")
  }
}

extension TransportMatch {
  fileprivate var words: [String] {
    [
      proto.map { ProtocolWords.name($0) }, notProto.map { "not \(ProtocolWords.name($0))" },
      icmp.map { "ICMP \($0.words)" }, notICMP.map { "not ICMP \($0.words)" },
    ].compactMap(\.self)
  }
}

extension ICMPMatch {
  fileprivate var words: String { "type \(type)" + (code.map { " code \($0)" } ?? "") }
}

/// Names of IP protocols.
public enum ProtocolWords {
  public static func name(_ number: UInt8) -> String {
    switch number {
    case IPProtocolNumber.icmp: "ICMP"
    case IPProtocolNumber.icmpv6: "ICMPv6"
    case IPProtocolNumber.tcp: "TCP"
    case IPProtocolNumber.udp: "UDP"
    case IPProtocolNumber.sctp: "SCTP"
    default: "protocol \(number)"
    }
  }
}

extension PeerMatch {
  /// - Parameter way: "from" or "to".
  fileprivate func words(_ way: String) -> [String] {
    var parts: [String] = []
    if case .among(let prefixes) = prefixes {
      parts.append("\(way) \(Self.list(prefixes.map(\.description), "nowhere"))")
    }
    if !notPrefixes.isEmpty { parts.append("not \(way) \(Self.list(notPrefixes.map(\.description), ""))") }
    parts += sets.sorted().map { "\(way) \($0.words)" }
    parts += notSets.sorted().map { "not \(way) \($0.words)" }
    if let members { parts.append("\(way) \(members.words)") }
    let port = "\(way) port"
    if case .among(let ports) = ports { parts.append("\(port) \(Self.list(ports, "none"))") }
    if !notPorts.isEmpty { parts.append("not \(port) \(Self.list(notPorts, ""))") }
    return parts
  }

  private static func list(_ ports: Set<PortMatch>, _ none: String) -> String {
    let numbers = ports.compactMap { if case .range(let range) = $0 { range } else { nil } }
      .sorted { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
      .map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound) to \($0.upperBound)" }
    let names = ports.compactMap { if case .members(let set) = $0 { set } else { nil } }.sorted().map(\.words)
    return numbers.isEmpty && names.isEmpty ? none : (numbers + names).joined(separator: " or ")
  }

  private static func list(_ words: [String], _ none: String) -> String {
    words.isEmpty ? none : words.sorted().joined(separator: " or ")
  }
}

extension IPSetID {
  /// What the set is defined by: "{app == \"web\"}", "service default/web".
  fileprivate var words: String {
    guard let colon = text.firstIndex(of: ":") else { return text }
    let rest = text[text.index(after: colon)...]
    switch text[..<colon] {
    case "selector": return "{\(rest)}"
    case "service": return "service \(rest)"
    case "port": return Self.portWords(rest) ?? text
    default: return text
    }
  }

  /// Of "6/4/http/app == \"web\"": protocol, length of the name, name, selector.
  private static func portWords(_ text: Substring) -> String? {
    let parts = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let proto = UInt8(parts[0]), let length = Int(parts[1]) else { return nil }
    let name = parts[2].utf8.prefix(length)
    let selector = parts[2].utf8.dropFirst(length + 1)
    return "\(ProtocolWords.name(proto)) port \(Substring(name)) of {\(Substring(selector))}"
  }
}
