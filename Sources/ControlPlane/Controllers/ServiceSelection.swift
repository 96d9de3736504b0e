/// A Service that selects pods: which pods, and how they look as endpoints.
struct ServiceSelection {
  static let serviceName = "kubernetes.io/service-name"
  static let managedBy = "endpointslice.kubernetes.io/managed-by"
  static let controllerName = "endpointslice-controller.k8s.io"
  static let triggerTime = "endpoints.kubernetes.io/last-change-trigger-time"
  static let headless = "service.kubernetes.io/headless"

  let families: [IPAddress.Family]
  private let service: JSON
  private let selector: LabelSelector

  /// Nil for a service without a selector, and one that only names a host elsewhere.
  init?(_ service: JSON) {
    let labels = (service["spec"]?["selector"]?.object ?? [:]).compactMapValues(\.string)
    guard !labels.isEmpty, service["spec"]?["type"]?.string != "ExternalName" else { return nil }
    self.service = service
    selector = LabelSelector(equal: labels)
    let families = (service["spec"]?["ipFamilies"]?.array ?? []).compactMap {
      IPAddress.Family(rawValue: $0.string ?? "")
    }
    self.families = families.isEmpty ? [.v4] : families
  }

  func matches(_ pod: JSON) -> Bool { selector.matches(pod) }

  /// The pod as an endpoint; nil when it is not selected, has ended, or has no address of the family.
  ///
  /// - Parameter zones: those of the nodes that have one.
  func endpoint(_ pod: JSON, _ family: IPAddress.Family, zones: [String: String] = [:]) -> JSON? {
    let phase = pod["status"]?["phase"]?.string ?? ""
    guard matches(pod), !["Succeeded", "Failed"].contains(phase), let address = Self.address(pod, family) else {
      return nil
    }
    let isReady = (pod["status"]?["conditions"]?.array ?? []).contains {
      $0["type"]?.string == "Ready" && $0["status"]?.string == "True"
    }
    let isTerminating = pod["metadata"]?["deletionTimestamp"] != nil
    let publishesUnready = service["spec"]?["publishNotReadyAddresses"]?.bool ?? false
    let isPublished = publishesUnready || (isReady && !isTerminating)
    let zone = pod["spec"]?["nodeName"]?.string.flatMap { zones[$0] }
    let metadata = pod["metadata"]
    return JSON(members: [
      "addresses": [.string(address)],
      "conditions": [
        "ready": .bool(isPublished), "serving": .bool(isReady),
        "terminating": .bool(isTerminating),
      ],
      "hints": isPublished ? hints(pod["spec"]?["nodeName"], zone) : nil, "hostname": hostname(pod),
      "nodeName": pod["spec"]?["nodeName"], "zone": zone.map(JSON.string),
      "targetRef": JSON(members: [
        "kind": "Pod", "namespace": metadata?["namespace"], "name": metadata?["name"], "uid": metadata?["uid"],
      ]),
    ])
  }

  /// For whom the endpoint is meant, by `trafficDistribution`; nil is everybody. Proxies heed hints only if all have them.
  private func hints(_ node: JSON?, _ zone: String?) -> JSON? {
    let zones: JSON? = zone.map { [["name": .string($0)]] }
    switch service["spec"]?["trafficDistribution"]?.string {
    case "PreferClose", "PreferSameZone": return zones.map { ["forZones": $0] }
    case "PreferSameNode": return node.map { JSON(members: ["forNodes": [["name": $0]], "forZones": zones]) }
    default: return nil
    }
  }

  private static func address(_ pod: JSON, _ family: IPAddress.Family) -> String? {
    let listed = (pod["status"]?["podIPs"]?.array ?? []).compactMap { $0["ip"]?.string }
    let all = listed.isEmpty ? [pod["status"]?["podIP"]?.string].compactMap { $0 } : listed
    return all.first { IPAddress($0)?.family == family }
  }

  /// Pods of a stateful set are found by name within their service.
  private func hostname(_ pod: JSON) -> JSON? {
    guard let hostname = pod["spec"]?["hostname"], !hostname.isEmpty,
      pod["spec"]?["subdomain"] == service["metadata"]?["name"]
    else { return nil }
    return hostname
  }

  /// The service's ports as this pod serves them; a named target port that the pod does not have is left out.
  func ports(for pod: JSON) -> JSON {
    let ports = (service["spec"]?["ports"]?.array ?? []).compactMap { port -> JSON? in
      let transport = port["protocol"] ?? "TCP"
      guard let number = Self.number(port["targetPort"] ?? port["port"], transport, pod) else { return nil }
      return JSON(members: [
        "name": port["name"] ?? "", "protocol": transport, "port": .int(number), "appProtocol": port["appProtocol"],
      ])
    }
    return .array(ports)
  }

  private static func number(_ target: JSON?, _ transport: JSON, _ pod: JSON) -> Int64? {
    guard case .string(let name)? = target else { return target?.int }
    let containers = ["containers", "initContainers"].flatMap { pod["spec"]?[$0]?.array ?? [] }
    return containers.flatMap { $0["ports"]?.array ?? [] }
      .first { $0["name"]?.string == name && ($0["protocol"] ?? "TCP") == transport }?["containerPort"]?.int
  }

  /// A slice of this service, without endpoints yet.
  func slice(_ family: IPAddress.Family, ports: JSON, _ triggerTime: String) -> JSON {
    let metadata = service["metadata"] ?? [:]
    let name = metadata["name"] ?? ""
    var labels = metadata["labels"] ?? [:]
    labels[Self.serviceName] = name
    labels[Self.managedBy] = .string(Self.controllerName)
    if service["spec"]?["clusterIP"]?.string == "None" { labels[Self.headless] = "" }
    let owner = JSON(members: [
      "apiVersion": "v1", "kind": "Service", "name": name, "uid": metadata["uid"], "controller": true,
      "blockOwnerDeletion": true,
    ])
    return [
      "metadata": [
        "generateName": .string("\(name.string ?? "")-"), "labels": labels,
        "annotations": [Self.triggerTime: .string(triggerTime)], "ownerReferences": [owner],
      ],
      "addressType": .string(family.rawValue), "endpoints": [], "ports": ports,
    ]
  }
}
