import CalicoAPI

/// What a container of a Pod must fulfil.
enum ContainerRules {
  /// - Parameter names: the names of the pod's containers so far.
  static func validate(_ container: JSON, at field: String, names: inout Set<String>) -> [FieldError] {
    var errors: [FieldError] = []
    let name = container["name"]?.string ?? ""
    if name.isEmpty {
      errors.append(.required("\(field).name"))
    } else {
      errors += NameRule.dnsLabel.problems(name).map { .invalid("\(field).name", .string(name), $0) }
      if !names.insert(name).inserted { errors.append(.duplicate("\(field).name", .string(name))) }
    }
    if container["image"]?.isEmpty ?? true { errors.append(.required("\(field).image")) }
    errors += portErrors(container["ports"]?.array ?? [], field)
    for (index, variable) in (container["env"]?.array ?? []).enumerated()
    where variable["name"]?.isEmpty ?? true {
      errors.append(.required("\(field).env[\(index)].name"))
    }
    if let policy = container["imagePullPolicy"]?.string, !["Always", "IfNotPresent", "Never"].contains(policy) {
      errors.append(.notSupported("\(field).imagePullPolicy", policy, ["Always", "IfNotPresent", "Never"]))
    }
    return errors
  }

  private static func portErrors(_ ports: [JSON], _ container: String) -> [FieldError] {
    var errors: [FieldError] = []
    var names: Set<String> = []
    for (index, port) in ports.enumerated() {
      let field = "\(container).ports[\(index)]"
      errors += PortRule.problems(port["containerPort"], "\(field).containerPort")
      if let hostPort = port["hostPort"], hostPort != 0 { errors += PortRule.problems(hostPort, "\(field).hostPort") }
      errors += PortRule.protocolProblems(port["protocol"], "\(field).protocol")
      if let name = port["name"]?.string, !name.isEmpty {
        errors += PortName.problems(name).map { .invalid("\(field).name", .string(name), $0) }
        if !names.insert(name).inserted { errors.append(.duplicate("\(field).name", .string(name))) }
      }
    }
    return errors
  }
}
