import CalicoAPI

/// What the server fills in where a Pod says nothing.
enum PodDefaults {
  static func apply(_ pod: inout JSON) {
    guard case .object(var spec)? = pod["spec"] else { return }
    let defaults: [String: JSON] = [
      "restartPolicy": "Always", "dnsPolicy": "ClusterFirst", "schedulerName": "default-scheduler",
      "terminationGracePeriodSeconds": 30, "securityContext": [:], "enableServiceLinks": true,
    ]
    for (field, value) in defaults where spec[field] == nil || spec[field] == "" { spec[field] = value }
    for list in ["containers", "initContainers", "ephemeralContainers"] {
      guard let containers = spec[list]?.array else { continue }
      spec[list] = .array(containers.map(container))
    }
    pod["spec"] = .object(spec)
  }

  /// Whom a new pod runs as when it says nothing. Both fields say the same; the older one is for older clients.
  static func applyServiceAccount(_ pod: inout JSON) {
    guard pod["spec"] != nil else { return }
    let given = serviceAccountFields.compactMap { pod["spec"]?[$0]?.string }.first { !$0.isEmpty }
    for field in serviceAccountFields { pod[["spec", field]] = .string(given ?? ServiceAccount.defaultName) }
  }

  /// An update that does not say whom the pod runs as leaves it.
  static func carryOverServiceAccount(_ pod: inout JSON, _ old: JSON) {
    for field in serviceAccountFields where pod["spec"]?[field]?.isEmpty ?? true {
      pod[["spec", field]] = old["spec"]?[field]
    }
  }

  private static let serviceAccountFields = ["serviceAccountName", "serviceAccount"]

  private static func container(_ container: JSON) -> JSON {
    var container = container
    let image = container["image"]?.string ?? ""
    let defaults: [String: JSON] = [
      "imagePullPolicy": .string(isLatest(image) ? "Always" : "IfNotPresent"),
      "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File", "resources": [:],
    ]
    for (field, value) in defaults where container[field] == nil { container[field] = value }
    if let ports = container["ports"]?.array { container["ports"] = .array(ports.map(port)) }
    for field in ["livenessProbe", "readinessProbe", "startupProbe"] {
      if let probe = container[field], probe != .null { container[field] = self.probe(probe) }
    }
    return container
  }

  /// An image without a tag, or with the tag "latest", is pulled always.
  private static func isLatest(_ image: String) -> Bool {
    if image.contains("@") { return false }
    let last = image.split(separator: "/").last ?? ""
    guard let colon = last.lastIndex(of: ":") else { return true }
    return last[last.index(after: colon)...] == "latest"
  }

  private static func port(_ port: JSON) -> JSON {
    var port = port
    if port["protocol"]?.isEmpty ?? true { port["protocol"] = "TCP" }
    return port
  }

  private static func probe(_ probe: JSON) -> JSON {
    var probe = probe
    let defaults: [String: JSON] = [
      "timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3,
    ]
    for (field, value) in defaults where (probe[field] ?? 0) == 0 { probe[field] = value }
    if probe["httpGet"]?.object != nil {
      if probe["httpGet"]?["scheme"] == nil { probe[["httpGet", "scheme"]] = "HTTP" }
      if probe["httpGet"]?["path"] == nil { probe[["httpGet", "path"]] = "/" }
    }
    return probe
  }

  /// A pod that may run on a node is ended by that node; others go at once.
  static func gracePeriod(_ pod: JSON) -> Int64? {
    let phase = pod["status"]?["phase"]?.string ?? ""
    guard !(pod["spec"]?["nodeName"]?.isEmpty ?? true), !["Succeeded", "Failed"].contains(phase) else { return nil }
    return pod["spec"]?["terminationGracePeriodSeconds"]?.int ?? 30
  }

  /// The quality-of-service class by the rules of Kubernetes: no requests and limits at all, limits equal to requests
  /// for processor and memory of every container, or in between.
  static func qosClass(_ pod: JSON) -> String {
    let containers = ["containers", "initContainers"].flatMap { pod["spec"]?[$0]?.array ?? [] }
    let resources = containers.map { $0["resources"] ?? [:] }
    let computes = ["cpu", "memory"]
    func has(_ resource: JSON, _ kind: String) -> Bool { computes.contains { resource[kind]?[$0] != nil } }
    if !resources.contains(where: { has($0, "limits") || has($0, "requests") }) { return "BestEffort" }
    let guaranteed = resources.allSatisfy { resource in
      computes.allSatisfy { compute in
        guard let limit = resource["limits"]?[compute] else { return false }
        return (resource["requests"]?[compute] ?? limit) == limit
      }
    }
    return guaranteed ? "Guaranteed" : "Burstable"
  }
}
