import CalicoAPI

/// Gives a Service its families, cluster addresses and node ports, or says why what it asks for cannot be had.
///
/// What is taken is what the stored Services have, so an address can neither leak nor be given twice.
struct ServiceAllocation: Sendable {
  let ranges: ServiceRanges

  func allocate(_ service: inout JSON, old: JSON?, _ transaction: StoreTransaction) -> [FieldError] {
    guard var spec = service["spec"] else { return [] }
    let others = transaction.list("services").filter {
      $0.key.namespace != service["metadata"]?["namespace"]?.string
        || $0.key.name != service["metadata"]?["name"]?.string
    }
    var errors: [FieldError] = []
    if spec["type"]?.string == "ExternalName" {
      for field in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"] { spec[field] = nil }
    } else {
      let taken = Set(others.flatMap { $0.value["spec"]?["clusterIPs"]?.array ?? [] }.compactMap(\.string))
      errors += allocateAddresses(&spec, old: old?["spec"], taken: taken)
    }
    var taken = NodePortUse.all(of: others.map { $0.value["spec"] ?? [:] })
    errors += allocateNodePorts(&spec, &taken) + allocateHealthCheckPort(&spec, taken)
    service["spec"] = spec
    return errors
  }

  private func allocateAddresses(_ spec: inout JSON, old: JSON?, taken: Set<String>) -> [FieldError] {
    var request = ClusterIPRequest(spec)
    if let error = request.contradiction { return [error] }
    if let error = request.change(from: old) { return [error] }
    let families: [IPAddress.Family]
    switch request.families(order: ranges.families) {
    case .success(let chosen): families = chosen
    case .failure(let error): return [error]
    }
    spec["ipFamilyPolicy"] = .string(request.policy)
    spec["ipFamilies"] = JSON(families.map(\.rawValue))
    if request.isHeadless {
      spec["clusterIP"] = "None"
      spec["clusterIPs"] = ["None"]
      return []
    }
    request.addresses = Array(request.addresses.prefix(families.count))
    var errors = request.addresses.enumerated().compactMap { index, text in
      problem(text, index: index, family: families[index], taken: taken, kept: request.kept)
    }
    for family in families.dropFirst(request.addresses.count) {
      guard let address = freeAddress(family, taken: taken) else {
        errors.append(
          .invalid("spec.clusterIPs", JSON(request.addresses), "failed to allocate a serviceIP: range is full"))
        break
      }
      request.addresses.append(address.description)
    }
    spec["clusterIPs"] = JSON(request.addresses)
    spec["clusterIP"] = request.addresses.first.map(JSON.string)
    return errors
  }

  private func problem(
    _ text: String, index: Int, family: IPAddress.Family, taken: Set<String>, kept: Set<String>
  ) -> FieldError? {
    func invalid(_ detail: String) -> FieldError { .invalid("spec.clusterIPs[\(index)]", JSON([text]), detail) }
    guard let address = IPAddress(text) else {
      return .invalid(
        "spec.clusterIPs[\(index)]", .string(text), "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")
    }
    if address.family != family {
      return invalid("expected an \(family.rawValue) value as indicated by `ipFamilies[\(index)]`")
    }
    guard let prefix = ranges.prefixes[family], prefix.contains(address), address != prefix.address else {
      let range = ranges.prefixes[family].map(\.description) ?? "empty"
      return invalid(
        "failed to allocate IP \(text): the provided IP (\(text)) is not in the valid range. "
          + "The range of valid IPs is \(range)")
    }
    if taken.contains(address.description) && !kept.contains(text) {
      return invalid("failed to allocate IP \(text): provided IP is already allocated")
    }
    return nil
  }

  /// A free address, picked at random so that a deleted service's address is not reused at once.
  private func freeAddress(_ family: IPAddress.Family, taken: Set<String>) -> IPAddress? {
    guard let prefix = ranges.prefixes[family] else { return nil }
    // The first 256 addresses are left to those who choose their own, as in Kubernetes.
    let first = min(256, prefix.count / 16) + 1
    let last = prefix.count - 2
    guard first <= last else { return nil }
    let start = Int64.random(in: first...last)
    func isFree(_ offset: Int64) -> Bool { !taken.contains(prefix[offset].description) }
    return ((start...last).first(where: isFree) ?? (first..<start).first(where: isFree)).map { prefix[$0] }
  }

  private func allocateNodePorts(_ spec: inout JSON, _ taken: inout Set<NodePortUse>) -> [FieldError] {
    let type = spec["type"]?.string
    guard type == "NodePort" || type == "LoadBalancer", var ports = spec["ports"]?.array else { return [] }
    // A port that the service names is honoured all the same.
    let givesOut = type == "NodePort" || spec["allocateLoadBalancerNodePorts"] != false
    var errors: [FieldError] = []
    // Those that are named first, so that none is given to another port before.
    for (index, port) in ports.enumerated() where NodePortUse(port).number != 0 {
      errors += take(NodePortUse(port), "spec.ports[\(index)].nodePort", &taken)
    }
    for (index, port) in ports.enumerated() where givesOut && NodePortUse(port).number == 0 {
      guard let free = freePort(NodePortUse(port), taken) else {
        errors.append(.invalid("spec.ports[\(index)].nodePort", 0, "failed to allocate a nodePort: range is full"))
        continue
      }
      ports[index]["nodePort"] = .int(free.number)
      taken.insert(free)
    }
    spec["ports"] = .array(ports)
    return errors
  }

  /// The port where load balancers ask for endpoints is one of the node ports.
  private func allocateHealthCheckPort(_ spec: inout JSON, _ taken: Set<NodePortUse>) -> [FieldError] {
    guard ServiceRules.hasHealthCheck(spec) else { return [] }
    let (field, use) = ("spec.healthCheckNodePort", NodePortUse(healthCheck: spec))
    var taken = taken
    if use.number != 0 { return take(use, field, &taken) }
    guard let free = freePort(use, taken) else {
      return [.invalid(field, 0, "failed to allocate a healthCheckNodePort: range is full")]
    }
    spec["healthCheckNodePort"] = .int(free.number)
    return []
  }

  /// Takes a port that the service names, or says why it cannot have it.
  private func take(_ use: NodePortUse, _ field: String, _ taken: inout Set<NodePortUse>) -> [FieldError] {
    guard ranges.nodePorts.contains(use.number) else {
      return [
        .invalid(
          field, .int(use.number),
          "provided port is not in the valid range. The range of valid ports is "
            + "\(ranges.nodePorts.lowerBound)-\(ranges.nodePorts.upperBound)")
      ]
    }
    if taken.insert(use).inserted { return [] }
    return [.invalid(field, .int(use.number), "provided port is already allocated")]
  }

  private func freePort(_ use: NodePortUse, _ taken: Set<NodePortUse>) -> NodePortUse? {
    ranges.nodePorts.shuffled().lazy.map(use.with).first { !taken.contains($0) }
  }
}

/// A node port is taken for one protocol.
private struct NodePortUse: Hashable {
  var number: Int64
  var transport: String

  init(_ port: JSON) {
    number = port["nodePort"]?.int ?? 0
    transport = port["protocol"]?.string ?? "TCP"
  }

  /// Load balancers ask over HTTP.
  init(healthCheck spec: JSON) {
    number = spec["healthCheckNodePort"]?.int ?? 0
    transport = "TCP"
  }

  /// What services of these specifications have.
  static func all(of specs: [JSON]) -> Set<NodePortUse> {
    var all: Set<NodePortUse> = []
    for spec in specs {
      all.formUnion((spec["ports"]?.array ?? []).map { NodePortUse($0) })
      all.insert(NodePortUse(healthCheck: spec))
    }
    return all.filter { $0.number != 0 }
  }

  func with(_ number: Int64) -> NodePortUse {
    var use = self
    use.number = number
    return use
  }
}
