/// The documents from which clients learn what the server serves.
struct Discovery: Sendable {
  let registry: ResourceRegistry

  static let verbs = [
    "create", "delete", "deletecollection", "get", "list", "patch", "update", "watch",
  ]

  /// /api
  var versions: JSON {
    ["kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []]
  }

  /// /apis
  var groups: JSON {
    let groups = registry.groupVersions.map { group, version -> JSON in self.group(group, version) }
    return ["kind": "APIGroupList", "apiVersion": "v1", "groups": .array(groups)]
  }

  /// /apis/GROUP; nil for a group that is not served.
  func group(_ group: String) -> JSON? {
    guard let version = registry.groupVersions.first(where: { $0.group == group })?.version else { return nil }
    var document = self.group(group, version)
    document["kind"] = "APIGroup"
    document["apiVersion"] = "v1"
    return document
  }

  private func group(_ group: String, _ version: String) -> JSON {
    let served: JSON = ["groupVersion": .string("\(group)/\(version)"), "version": .string(version)]
    return ["name": .string(group), "versions": [served], "preferredVersion": served]
  }

  /// /api/v1 and /apis/GROUP/VERSION; nil for a version that is not served.
  func resources(group: String, version: String) -> JSON? {
    let descriptors = registry.resources(group: group, version: version)
    guard !descriptors.isEmpty else { return nil }
    return [
      "kind": "APIResourceList", "apiVersion": "v1",
      "groupVersion": .string(group.isEmpty ? version : "\(group)/\(version)"),
      "resources": .array(descriptors.flatMap(resources)),
    ]
  }

  private func resources(_ descriptor: ResourceDescriptor) -> [JSON] {
    let main = JSON(members: [
      "name": .string(descriptor.name.plural), "singularName": .string(descriptor.singular),
      "namespaced": .bool(descriptor.namespaced), "kind": .string(descriptor.name.kind), "verbs": JSON(Self.verbs),
      "shortNames": descriptor.shortNames.isEmpty ? nil : JSON(descriptor.shortNames),
      "categories": descriptor.categories.isEmpty ? nil : JSON(descriptor.categories),
    ])
    return [main]
      + subresources(descriptor).map { name, kind, verbs in
        [
          "name": .string("\(descriptor.name.plural)/\(name)"), "singularName": "",
          "namespaced": .bool(descriptor.namespaced), "kind": .string(kind), "verbs": JSON(verbs),
        ]
      }
  }

  private func subresources(_ descriptor: ResourceDescriptor) -> [(name: String, kind: String, verbs: [String])] {
    let others = descriptor.otherSubresources.sorted { $0.key < $1.key }.map { ($0.key, $0.value, ["create"]) }
    return others + (descriptor.hasStatus ? [("status", descriptor.name.kind, ["get", "patch", "update"])] : [])
  }

  /// /api and /apis for clients that take all in one document (apidiscovery.k8s.io).
  /// - Parameter core: whether the core group, or all the others.
  func aggregated(core: Bool, version: String) -> JSON {
    let served = core ? [("", "v1")] : registry.groupVersions.map { ($0.group, $0.version) }
    let items = served.map { group, groupVersion -> JSON in
      let resources = registry.resources(group: group, version: groupVersion).map(aggregated)
      return [
        "metadata": group.isEmpty
          ? ["creationTimestamp": .null] : ["name": .string(group), "creationTimestamp": .null],
        "versions": [
          ["version": .string(groupVersion), "resources": .array(resources), "freshness": "Current"]
        ],
      ]
    }
    return [
      "kind": "APIGroupDiscoveryList", "apiVersion": .string("apidiscovery.k8s.io/\(version)"), "metadata": [:],
      "items": .array(items),
    ]
  }

  private func aggregated(_ descriptor: ResourceDescriptor) -> JSON {
    func kind(_ name: String) -> JSON {
      ["group": .string(descriptor.name.group), "version": .string(descriptor.name.version), "kind": .string(name)]
    }
    let subresources = subresources(descriptor).map { name, kindName, verbs -> JSON in
      ["subresource": .string(name), "responseKind": kind(kindName), "verbs": JSON(verbs)]
    }
    return JSON(members: [
      "resource": .string(descriptor.name.plural), "responseKind": kind(descriptor.name.kind),
      "scope": .string(descriptor.namespaced ? "Namespaced" : "Cluster"),
      "singularResource": .string(descriptor.singular), "verbs": JSON(Self.verbs),
      "shortNames": descriptor.shortNames.isEmpty ? nil : JSON(descriptor.shortNames),
      "categories": descriptor.categories.isEmpty ? nil : JSON(descriptor.categories),
      "subresources": subresources.isEmpty ? nil : .array(subresources),
    ])
  }
}
