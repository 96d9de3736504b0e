/// The words of `kubectl get services`.
enum ServiceText {
  static func ports(_ service: JSON) -> String {
    let ports = service["spec"]?["ports"]?.array ?? []
    guard !ports.isEmpty else { return "<none>" }
    return ports.map { port in
      let nodePort = port["nodePort"]?.int.map { $0 > 0 ? ":\($0)" : "" } ?? ""
      return "\(port["port"]?.int ?? 0)\(nodePort)/\(port["protocol"]?.string ?? "TCP")"
    }.joined(separator: ",")
  }

  static func externalAddresses(_ service: JSON) -> String {
    let external = (service["spec"]?["externalIPs"]?.array ?? []).compactMap(\.string)
    let ingress = (service["status"]?["loadBalancer"]?["ingress"]?.array ?? []).compactMap {
      $0["ip"]?.string ?? $0["hostname"]?.string
    }
    switch service["spec"]?["type"]?.string {
    case "ExternalName": return service["spec"]?["externalName"]?.string ?? "<none>"
    case "LoadBalancer":
      let all = ingress + external
      return all.isEmpty ? "<pending>" : all.joined(separator: ",")
    default: return external.isEmpty ? "<none>" : external.joined(separator: ",")
    }
  }

  static func selector(_ selector: JSON?) -> String {
    let labels = selector?.object ?? [:]
    guard !labels.isEmpty else { return "<none>" }
    return labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.string ?? "")" }.joined(separator: ",")
  }
}
