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
    errors += allocateNodePorts(&spec, others: others.map(\.value))
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

  private func allocateNodePorts(_ spec: inout JSON, others: [JSON]) -> [FieldError] {
    let type = spec["type"]?.string
    guard type == "NodePort" || type == "LoadBalancer", var ports = spec["ports"]?.array else { return [] }
    if type == "LoadBalancer" && spec["allocateLoadBalancerNodePorts"] == false { return [] }
    var taken = Set(others.flatMap { $0["spec"]?["ports"]?.array ?? [] }.map(NodePortUse.init))
    var errors: [FieldError] = []
    for (index, port) in ports.enumerated() {
      var use = NodePortUse(port)
      let field = "spec.ports[\(index)].nodePort"
      if use.number == 0 {
        guard let free = ranges.nodePorts.shuffled().first(where: { !taken.contains(use.with($0)) }) else {
          errors.append(.invalid(field, 0, "failed to allocate a nodePort: range is full"))
          continue
        }
        use = use.with(free)
        ports[index]["nodePort"] = .int(free)
      } else if !ranges.nodePorts.contains(use.number) {
        errors.append(
          .invalid(
            field, .int(use.number),
            "provided port is not in the valid range. The range of valid ports is "
              + "\(ranges.nodePorts.lowerBound)-\(ranges.nodePorts.upperBound)"))
      } else if taken.contains(use) {
        errors.append(.invalid(field, .int(use.number), "provided port is already allocated"))
      }
      taken.insert(use)
    }
    spec["ports"] = .array(ports)
    return errors
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

  func with(_ number: Int64) -> NodePortUse {
    var use = self
    use.number = number
    return use
  }
}
