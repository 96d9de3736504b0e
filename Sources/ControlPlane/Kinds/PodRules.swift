import CalicoAPI

/// What a Pod must fulfil.
enum PodRules {
  static func validate(_ pod: JSON, _ old: JSON?) -> [FieldError] {
    var errors = validateSpec(pod["spec"] ?? [:])
    errors += statusErrors(pod["status"] ?? [:])
    if let old { errors += updateErrors(pod, old) }
    return errors
  }

  private static func validateSpec(_ spec: JSON) -> [FieldError] {
    var errors: [FieldError] = []
    let containers = spec["containers"]?.array ?? []
    if containers.isEmpty { errors.append(.required("spec.containers")) }
    var names: Set<String> = []
    for list in ["initContainers", "containers"] {
      for (index, container) in (spec[list]?.array ?? []).enumerated() {
        errors += ContainerRules.validate(container, at: "spec.\(list)[\(index)]", names: &names)
      }
    }
    errors += oneOf(spec, "restartPolicy", ["Always", "Never", "OnFailure"])
    errors += oneOf(spec, "dnsPolicy", ["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"])
    if let name = spec["nodeName"]?.string, !name.isEmpty {
      errors += NameRule.dnsSubdomain.problems(name).map { .invalid("spec.nodeName", .string(name), $0) }
    }
    for field in ["hostname", "subdomain"] {
      if let name = spec[field]?.string, !name.isEmpty {
        errors += NameRule.dnsLabel.problems(name).map { .invalid("spec.\(field)", .string(name), $0) }
      }
    }
    if let name = spec["serviceAccountName"]?.string, !name.isEmpty {
      errors += NameRule.dnsSubdomain.problems(name).map { .invalid("spec.serviceAccountName", name, $0) }
    }
    if let period = spec["terminationGracePeriodSeconds"]?.int, period < 0 {
      errors.append(
        .invalid("spec.terminationGracePeriodSeconds", .int(period), "must be greater than or equal to 0"))
    }
    errors += ObjectMetaRules.labelErrors(spec["nodeSelector"], field: "spec.nodeSelector")
    return errors
  }

  private static func oneOf(_ spec: JSON, _ field: String, _ values: [String]) -> [FieldError] {
    guard let value = spec[field]?.string, !values.contains(value) else { return [] }
    return [.notSupported("spec.\(field)", value, values)]
  }

  private static func statusErrors(_ status: JSON) -> [FieldError] {
    var errors: [FieldError] = []
    var families: Set<IPAddress.Family> = []
    for (index, entry) in (status["podIPs"]?.array ?? []).enumerated() {
      let text = entry["ip"] ?? ""
      guard let address = IPAddress(text.string ?? "") else {
        errors.append(
          .invalid(
            "status.podIPs[\(index)].ip", text, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"))
        continue
      }
      if !families.insert(address.family).inserted {
        errors.append(.invalid("status.podIPs", text, "may specify no more than one IP for each IP family"))
      }
    }
    if let first = status["podIPs"]?.array?.first?["ip"], let podIP = status["podIP"], podIP != first {
      errors.append(.invalid("status.podIP", podIP, "must be equal to podIPs[0]"))
    }
    let phases = ["Pending", "Running", "Succeeded", "Failed", "Unknown"]
    if let phase = status["phase"]?.string, !phase.isEmpty, !phases.contains(phase) {
      errors.append(.notSupported("status.phase", phase, phases))
    }
    return errors
  }

  /// A pod's specification is fixed but for images, deadline, added tolerations and, once, its node.
  private static func updateErrors(_ pod: JSON, _ old: JSON) -> [FieldError] {
    guard fixedPart(pod, old) != fixedPart(old, old) else { return [] }
    return [
      .forbidden(
        "spec",
        "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
          + "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
          + "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)")
    ]
  }

  private static func fixedPart(_ pod: JSON, _ old: JSON) -> JSON {
    var spec = pod["spec"] ?? [:]
    spec["activeDeadlineSeconds"] = nil
    if old["spec"]?["nodeName"]?.isEmpty ?? true { spec["nodeName"] = nil }
    let before = old["spec"]?["tolerations"]?.array ?? []
    let now = pod["spec"]?["tolerations"]?.array ?? []
    if before.allSatisfy(now.contains) { spec["tolerations"] = nil }
    for list in ["containers", "initContainers"] {
      guard let containers = spec[list]?.array else { continue }
      spec[list] = .array(
        containers.map { container in
          var container = container
          container["image"] = nil
          container["imagePullPolicy"] = nil
          return container
        })
    }
    return spec
  }
}
