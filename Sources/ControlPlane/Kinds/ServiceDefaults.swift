/// What the server fills in where a Service says nothing.
enum ServiceDefaults {
  /// Three hours, the default of session affinity by client address.
  static let affinityTimeoutSeconds: Int64 = 10_800

  static func apply(_ service: inout JSON) {
    var spec = service["spec"] ?? [:]
    func setDefault(_ field: String, _ value: JSON) {
      if spec[field]?.isEmpty ?? true { spec[field] = value }
    }
    setDefault("type", "ClusterIP")
    setDefault("sessionAffinity", "None")
    let type = spec["type"]?.string
    if type != "ExternalName" { setDefault("internalTrafficPolicy", "Cluster") }
    if ServiceRules.isReachedFromOutside(spec) { setDefault("externalTrafficPolicy", "Cluster") }
    if type == "LoadBalancer" { setDefault("allocateLoadBalancerNodePorts", true) }
    if spec["sessionAffinity"] == "ClientIP",
      spec[["sessionAffinityConfig", "clientIP", "timeoutSeconds"]] == nil
    {
      spec[["sessionAffinityConfig", "clientIP", "timeoutSeconds"]] = .int(affinityTimeoutSeconds)
    } else if spec["sessionAffinity"] == "None" {
      spec["sessionAffinityConfig"] = nil
    }
    if let ports = spec["ports"]?.array { spec["ports"] = .array(ports.map(port)) }
    service["spec"] = spec
    if type == "LoadBalancer" { setIngressModes(&service) }
  }

  private static func setIngressModes(_ service: inout JSON) {
    let path = ["status", "loadBalancer", "ingress"]
    guard let ingress = service[path]?.array else { return }
    service[path] = .array(
      ingress.map { entry in
        var entry = entry
        if !(entry["ip"]?.isEmpty ?? true), entry["ipMode"]?.isEmpty ?? true { entry["ipMode"] = "VIP" }
        return entry
      })
  }

  private static func port(_ port: JSON) -> JSON {
    var port = port
    if port["protocol"]?.isEmpty ?? true { port["protocol"] = "TCP" }
    let target = port["targetPort"]
    if target == nil || target == 0 || target == "" || target == .null { port["targetPort"] = port["port"] }
    return port
  }

  /// An update may leave out what the server once chose: addresses, families and node ports stay. What belonged to the old type
  /// goes with it.
  static func carryOver(_ service: inout JSON, _ old: JSON) {
    carryOverChoices(&service, old)
    guard var spec = service["spec"], let before = old["spec"] else { return }
    dropWhatTypeHad(&spec, before)
    if spec["type"]?.string != "LoadBalancer", service[["status", "loadBalancer"]] != nil {
      service[["status", "loadBalancer"]] = [:]
    }
    service["spec"] = spec
  }

  /// Fields that the new state has no use for and that the update does not name otherwise. Named otherwise, they are refused.
  private static func dropWhatTypeHad(_ spec: inout JSON, _ before: JSON) {
    func drop(_ field: String, unless isOfUse: (JSON) -> Bool) {
      if isOfUse(before), !isOfUse(spec), spec[field] == before[field] { spec[field] = nil }
    }
    func isBalancer(_ spec: JSON) -> Bool { spec["type"]?.string == "LoadBalancer" }
    if ServiceRules.hasHealthCheck(before), ServiceRules.hasHealthCheck(spec), (spec["healthCheckNodePort"] ?? 0) == 0 {
      spec["healthCheckNodePort"] = before["healthCheckNodePort"]
    }
    drop("healthCheckNodePort", unless: ServiceRules.hasHealthCheck)
    drop("allocateLoadBalancerNodePorts", unless: isBalancer)
    drop("loadBalancerClass", unless: isBalancer)
    drop("externalTrafficPolicy", unless: ServiceRules.isReachedFromOutside)
  }

  private static func carryOverChoices(_ service: inout JSON, _ old: JSON) {
    guard var spec = service["spec"], let before = old["spec"] else { return }
    let type = spec["type"]?.string ?? "ClusterIP"
    let oldType = before["type"]?.string ?? "ClusterIP"
    guard type != "ExternalName", oldType != "ExternalName" else { return }
    if spec["clusterIP"]?.isEmpty ?? true, spec["clusterIPs"]?.isEmpty ?? true {
      spec["clusterIP"] = before["clusterIP"]
      spec["clusterIPs"] = before["clusterIPs"]
    } else if spec["clusterIPs"]?.isEmpty ?? true, spec["clusterIP"] == before["clusterIP"] {
      spec["clusterIPs"] = before["clusterIPs"]
    }
    for field in ["ipFamilies", "ipFamilyPolicy"] where spec[field]?.isEmpty ?? true {
      spec[field] = before[field]
    }
    spec["ports"] = spec["ports"]?.array.map { ports in
      .array(ports.map { port($0, before: before["ports"]?.array ?? [], keepsNodePort: type != "ClusterIP") })
    }
    service["spec"] = spec
  }

  /// Node ports stay with their port; a service that stops being of type NodePort gives them back.
  private static func port(_ port: JSON, before: [JSON], keepsNodePort: Bool) -> JSON {
    let match = before.first {
      $0["port"] == port["port"] && ($0["protocol"] ?? "TCP") == (port["protocol"] ?? "TCP")
    }
    var port = port
    if keepsNodePort {
      if (port["nodePort"] ?? 0) == 0 { port["nodePort"] = match?["nodePort"] }
    } else if port["nodePort"] == match?["nodePort"] {
      port["nodePort"] = nil
    }
    return port
  }
}
