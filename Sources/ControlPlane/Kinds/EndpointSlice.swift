import CalicoAPI

extension ResourceDescriptor {
  static let endpointSlice = ResourceDescriptor(
    name: ResourceName(group: "discovery.k8s.io", version: "v1", plural: "endpointslices", kind: "EndpointSlice"),
    schema: .endpointSlice, hasStatus: false, countsGenerations: true,
    columns: [
      .name,
      TableColumn("AddressType", "The kind of the endpoints' addresses.") { slice, _ in slice["addressType"] ?? "" },
      TableColumn("Ports", "The endpoints' ports.") { slice, _ in .string(ports(slice)) },
      TableColumn("Endpoints", "The endpoints' addresses.") { slice, _ in .string(endpoints(slice)) },
      .age,
    ],
    setDefaults: { slice in
      if slice["endpoints"] == nil || slice["endpoints"] == .null { slice["endpoints"] = [] }
      guard let ports = slice["ports"]?.array else { return }
      slice["ports"] = .array(
        ports.map { port in
          var port = port
          if port["name"] == nil { port["name"] = "" }
          if port["protocol"]?.isEmpty ?? true { port["protocol"] = "TCP" }
          return port
        })
    },
    validate: EndpointSliceRules.validate)

  private static func ports(_ slice: JSON) -> String {
    shortened((slice["ports"]?.array ?? []).compactMap { $0["port"]?.int }.map { String($0) }, none: "<unset>")
  }

  private static func endpoints(_ slice: JSON) -> String {
    shortened(
      (slice["endpoints"]?.array ?? []).flatMap { $0["addresses"]?.array ?? [] }.compactMap(\.string), none: "<unset>")
  }

  private static func shortened(_ items: [String], none: String) -> String {
    if items.isEmpty { return none }
    if items.count <= 3 { return items.joined(separator: ",") }
    return items.prefix(3).joined(separator: ",") + " + \(items.count - 3) more..."
  }
}

/// What an EndpointSlice must fulfil.
enum EndpointSliceRules {
  static let addressTypes = ["FQDN", "IPv4", "IPv6"]

  static func validate(_ slice: JSON, _ old: JSON?) -> [FieldError] {
    let type = slice["addressType"]?.string ?? ""
    var errors: [FieldError] = []
    if type.isEmpty {
      errors.append(.required("addressType"))
    } else if !addressTypes.contains(type) {
      errors.append(.notSupported("addressType", type, addressTypes))
    }
    if let old, old["addressType"] != slice["addressType"] {
      errors.append(.invalid("addressType", slice["addressType"] ?? "", "field is immutable"))
    }
    let endpoints = slice["endpoints"]?.array ?? []
    if endpoints.count > 1000 { errors.append(.tooMany("endpoints", endpoints.count, 1000)) }
    for (index, endpoint) in endpoints.enumerated() {
      errors += endpointErrors(endpoint, "endpoints[\(index)]", type)
    }
    return errors + portErrors(slice["ports"]?.array ?? [])
  }

  private static func endpointErrors(_ endpoint: JSON, _ field: String, _ type: String) -> [FieldError] {
    let addresses = endpoint["addresses"]?.array ?? []
    if addresses.isEmpty { return [.required("\(field).addresses", "must contain at least 1 address")] }
    if addresses.count > 100 { return [.tooMany("\(field).addresses", addresses.count, 100)] }
    return addresses.enumerated().compactMap { index, address in
      let text = address.string ?? ""
      let field = "\(field).addresses[\(index)]"
      switch type {
      case "FQDN":
        return NameRule.dnsSubdomain.problems(text).first.map { .invalid(field, address, $0) }
      case "IPv4" where IPAddress(text)?.family != .v4:
        return .invalid(field, address, "must be a valid IPv4 address")
      case "IPv6" where IPAddress(text)?.family != .v6:
        return .invalid(field, address, "must be a valid IPv6 address")
      default: return nil
      }
    }
  }

  private static func portErrors(_ ports: [JSON]) -> [FieldError] {
    var errors: [FieldError] = []
    if ports.count > 100 { errors.append(.tooMany("ports", ports.count, 100)) }
    var names: Set<JSON> = []
    for (index, port) in ports.enumerated() {
      let name = port["name"] ?? ""
      if !names.insert(name).inserted { errors.append(.duplicate("ports[\(index)].name", name)) }
      errors += PortRule.protocolProblems(port["protocol"], "ports[\(index)].protocol")
      if port["port"] != nil { errors += PortRule.problems(port["port"], "ports[\(index)].port") }
    }
    return errors
  }
}
