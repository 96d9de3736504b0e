/// The words of `kubectl get nodes`.
enum NodeStatusText {
  private static let rolePrefix = "node-role.kubernetes.io/"

  static func status(_ node: JSON) -> String {
    let ready = node["status"]?["conditions"]?.array?.first { $0["type"]?.string == "Ready" }
    var words = [ready.map { $0["status"]?.string == "True" ? "Ready" : "NotReady" } ?? "Unknown"]
    if node["spec"]?["unschedulable"]?.bool == true { words.append("SchedulingDisabled") }
    return words.joined(separator: ",")
  }

  static func roles(_ node: JSON) -> String {
    let labels = node["metadata"]?["labels"]?.object ?? [:]
    var roles = labels.keys.filter { $0.hasPrefix(rolePrefix) }.map { String($0.dropFirst(rolePrefix.count)) }
    if let role = labels["kubernetes.io/role"]?.string, !role.isEmpty { roles.append(role) }
    return roles.isEmpty ? "<none>" : Set(roles).sorted().joined(separator: ",")
  }

  static func address(_ node: JSON, _ type: String) -> JSON {
    let address = node["status"]?["addresses"]?.array?.first { $0["type"]?.string == type }
    return address?["address"] ?? "<none>"
  }

  static func infoColumn(_ name: String, _ field: String, _ description: String) -> TableColumn {
    TableColumn(name, wide: true, description) { node, _ in
      guard let value = node["status"]?["nodeInfo"]?[field], !value.isEmpty else { return "<unknown>" }
      return value
    }
  }
}
