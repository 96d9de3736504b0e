import CalicoAPI

/// What the part of a Service must fulfil that is about clients outside the cluster.
enum ServiceExternalRules {
  static func errors(_ service: JSON, _ old: JSON?) -> [FieldError] {
    let spec = service["spec"] ?? [:]
    return policyErrors(spec) + healthCheckErrors(spec, old?["spec"]) + externalAddressErrors(spec)
      + balancerErrors(spec) + statusErrors(service["status"])
  }

  private static func policyErrors(_ spec: JSON) -> [FieldError] {
    guard let policy = spec["externalTrafficPolicy"], !policy.isEmpty else { return [] }
    if !ServiceRules.isReachedFromOutside(spec) {
      return [
        .invalid("spec.externalTrafficPolicy", policy, "may only be set for externally-accessible services")
      ]
    }
    return ServiceRules.oneOf(spec, "externalTrafficPolicy", ["Cluster", "Local"])
  }

  private static func healthCheckErrors(_ spec: JSON, _ before: JSON?) -> [FieldError] {
    let (field, port) = ("spec.healthCheckNodePort", spec["healthCheckNodePort"] ?? 0)
    if port == 0 { return [] }
    guard ServiceRules.hasHealthCheck(spec) else {
      return [
        .invalid(
          field, port, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'")
      ]
    }
    if let before, ServiceRules.hasHealthCheck(before), (before["healthCheckNodePort"] ?? 0) != 0,
      before["healthCheckNodePort"] != port
    {
      return [.forbidden(field, "field is immutable")]
    }
    return PortRule.problems(port, field)
  }

  private static func externalAddressErrors(_ spec: JSON) -> [FieldError] {
    (spec["externalIPs"]?.array ?? []).enumerated().compactMap { index, text in
      let field = "spec.externalIPs[\(index)]"
      guard let address = IPAddress(text.string ?? "") else {
        return .invalid(field, text, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")
      }
      let ranges = specialRanges.filter { range in range.prefixes.contains { $0.contains(address) } }
      return ranges.first.map { .invalid(field, text, "may not be \($0.words)") }
    }
  }

  /// Addresses that would be taken for something else on every node.
  private static let specialRanges: [(prefixes: [IPPrefix], words: String)] = [
    (["0.0.0.0/32", "::/128"], "unspecified (0.0.0.0)"),
    (["127.0.0.0/8", "::1/128"], "in the loopback range (127.0.0.0/8, ::1/128)"),
    (["169.254.0.0/16", "fe80::/10"], "in the link-local range (169.254.0.0/16, fe80::/10)"),
    (["224.0.0.0/24", "ff02::/16"], "in the link-local multicast range (224.0.0.0/24, ff02::/10)"),
  ].map { (prefixes: $0.0.compactMap { IPPrefix($0) }, words: $0.1) }

  private static func balancerErrors(_ spec: JSON) -> [FieldError] {
    var errors: [FieldError] = []
    if spec["type"]?.string != "LoadBalancer" {
      for field in ["allocateLoadBalancerNodePorts", "loadBalancerClass", "loadBalancerSourceRanges"]
      where spec[field] != nil && spec[field] != .null && !(spec[field]?.isEmpty ?? true) {
        errors.append(.forbidden("spec.\(field)", "may only be used when `type` is 'LoadBalancer'"))
      }
    }
    for (index, range) in (spec["loadBalancerSourceRanges"]?.array ?? []).enumerated() {
      let text = range.string ?? ""
      let trimmed = text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
      guard IPPrefix(String(trimmed)) == nil else { continue }
      errors.append(
        .invalid(
          "spec.loadBalancerSourceRanges[\(index)]", range,
          "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"))
    }
    return errors
  }

  private static func statusErrors(_ status: JSON?) -> [FieldError] {
    (status?["loadBalancer"]?["ingress"]?.array ?? []).enumerated().flatMap { index, entry in
      ingressErrors(entry, "status.loadBalancer.ingress[\(index)]")
    }
  }

  private static func ingressErrors(_ entry: JSON, _ field: String) -> [FieldError] {
    var errors: [FieldError] = []
    let (ip, hostname) = (entry["ip"]?.string ?? "", entry["hostname"]?.string ?? "")
    if !ip.isEmpty, IPAddress(ip) == nil {
      errors.append(
        .invalid("\(field).ip", .string(ip), "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"))
    }
    if let mode = entry["ipMode"]?.string, !mode.isEmpty {
      if ip.isEmpty {
        errors.append(.forbidden("\(field).ipMode", "may not be specified when `ip` is not set"))
      } else if !["Proxy", "VIP"].contains(mode) {
        errors.append(.notSupported("\(field).ipMode", mode, ["Proxy", "VIP"]))
      }
    }
    if IPAddress(hostname) != nil {
      errors.append(.invalid("\(field).hostname", .string(hostname), "must be a DNS name, not an IP address"))
    } else if !hostname.isEmpty {
      errors += NameRule.dnsSubdomain.problems(hostname).map {
        .invalid("\(field).hostname", .string(hostname), $0)
      }
    }
    return errors
  }
}
