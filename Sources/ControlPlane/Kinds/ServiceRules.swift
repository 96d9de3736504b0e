import CalicoAPI

/// What a Service must fulfil.
enum ServiceRules {
  static let types = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]

  static func validate(_ service: JSON, _ old: JSON?) -> [FieldError] {
    let spec = service["spec"] ?? [:]
    let type = spec["type"]?.string ?? ""
    var errors = portErrors(spec, type)
    if !types.contains(type) { errors.append(.notSupported("spec.type", type, types)) }
    errors += oneOf(spec, "sessionAffinity", ["ClientIP", "None"])
    errors += oneOf(spec, "internalTrafficPolicy", ["Cluster", "Local"])
    errors += oneOf(spec, "trafficDistribution", ["PreferClose", "PreferSameNode", "PreferSameZone"])
    errors += oneOf(spec, "ipFamilyPolicy", ["PreferDualStack", "RequireDualStack", "SingleStack"])
    errors += ObjectMetaRules.labelErrors(spec["selector"], field: "spec.selector")
    errors += affinityErrors(spec) + addressErrors(spec) + ServiceExternalRules.errors(service, old)
    if type == "ExternalName" {
      let name = spec["externalName"]?.string ?? ""
      let problems = name.isEmpty ? [] : NameRule.dnsSubdomain.problems(name)
      errors += name.isEmpty ? [.required("spec.externalName")] : []
      errors += problems.map { .invalid("spec.externalName", .string(name), $0) }
    }
    return errors
  }

  /// Whether traffic from outside the cluster may reach it.
  static func isReachedFromOutside(_ spec: JSON) -> Bool {
    switch spec["type"]?.string {
    case "NodePort", "LoadBalancer": true
    case "ClusterIP": !(spec["externalIPs"]?.isEmpty ?? true)
    default: false
    }
  }

  /// Whether load balancers ask each node for endpoints.
  static func hasHealthCheck(_ spec: JSON) -> Bool {
    spec["type"]?.string == "LoadBalancer" && spec["externalTrafficPolicy"]?.string == "Local"
  }

  static func oneOf(_ spec: JSON, _ field: String, _ values: [String]) -> [FieldError] {
    guard let value = spec[field]?.string, !values.contains(value) else { return [] }
    return [.notSupported("spec.\(field)", value, values)]
  }

  private static func portErrors(_ spec: JSON, _ type: String) -> [FieldError] {
    let ports = spec["ports"]?.array ?? []
    let isHeadless = spec["clusterIP"]?.string == "None" || spec["clusterIPs"]?.array?.first?.string == "None"
    if ports.isEmpty && !isHeadless && type != "ExternalName" { return [.required("spec.ports")] }
    var errors: [FieldError] = []
    var names: Set<String> = []
    var seen: Set<[JSON]> = []
    for (index, port) in ports.enumerated() {
      let field = "spec.ports[\(index)]"
      errors += nameErrors(port, field, required: ports.count > 1, &names)
      errors += PortRule.problems(port["port"], "\(field).port")
      errors += PortRule.protocolProblems(port["protocol"], "\(field).protocol")
      errors += targetPortErrors(port["targetPort"], "\(field).targetPort")
      if type == "ClusterIP", (port["nodePort"] ?? 0) != 0 {
        errors.append(.forbidden("\(field).nodePort", "may not be used when `type` is 'ClusterIP'"))
      }
      if !seen.insert([port["port"] ?? 0, port["protocol"] ?? ""]).inserted {
        errors.append(.duplicate(field, ["port": port["port"] ?? 0, "protocol": port["protocol"] ?? ""]))
      }
    }
    return errors
  }

  private static func nameErrors(
    _ port: JSON, _ field: String, required: Bool, _ names: inout Set<String>
  ) -> [FieldError] {
    let name = port["name"]?.string ?? ""
    if name.isEmpty { return required ? [.required("\(field).name")] : [] }
    var errors = NameRule.dnsLabel.problems(name).map { FieldError.invalid("\(field).name", .string(name), $0) }
    if !names.insert(name).inserted { errors.append(.duplicate("\(field).name", .string(name))) }
    return errors
  }

  private static func targetPortErrors(_ target: JSON?, _ field: String) -> [FieldError] {
    guard case .string(let name)? = target else { return PortRule.problems(target, field) }
    return PortName.problems(name).map { .invalid(field, .string(name), $0) }
  }

  private static func affinityErrors(_ spec: JSON) -> [FieldError] {
    guard let timeout = spec[["sessionAffinityConfig", "clientIP", "timeoutSeconds"]] else { return [] }
    guard let seconds = timeout.int, (1...86_400).contains(seconds) else {
      return [
        .invalid(
          "spec.sessionAffinityConfig.clientIP.timeoutSeconds", timeout,
          "must be greater than 0 and less than 86400")
      ]
    }
    return []
  }

  private static func addressErrors(_ spec: JSON) -> [FieldError] {
    var errors: [FieldError] = []
    for (index, family) in (spec["ipFamilies"]?.array ?? []).enumerated()
    where IPAddress.Family(rawValue: family.string ?? "") == nil {
      errors.append(.notSupported("spec.ipFamilies[\(index)]", family.string ?? "", ["IPv4", "IPv6"]))
    }
    return errors
  }
}
