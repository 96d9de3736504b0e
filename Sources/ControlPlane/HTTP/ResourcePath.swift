/// What a URL path below /api and /apis names.
struct ResourcePath: Sendable, Equatable {
  var group: String
  var version: String
  /// Nil names the group version itself, whose resources are discovered.
  var plural: String?
  /// Nil for cluster-wide objects, and for lists over all namespaces.
  var namespace: String?
  var name: String?
  var subresource: String?

  /// Reads e.g. "/api/v1/namespaces/default/pods/web/status"; nil for other paths.
  init?(_ segments: [String]) {
    var rest = segments[...]
    switch rest.popFirst() {
    case "api": group = ""
    case "apis":
      guard let group = rest.popFirst() else { return nil }
      self.group = group
    default: return nil
    }
    guard let version = rest.popFirst() else { return nil }
    self.version = version
    // "namespaces/NAME" alone, or with a subresource of its own, is the namespace itself.
    if rest.first == "namespaces", rest.count >= 3, !["status", "finalize"].contains(rest[rest.startIndex + 2]) {
      namespace = rest[rest.startIndex + 1]
      rest = rest.dropFirst(2)
    }
    plural = rest.popFirst()
    name = rest.popFirst()
    subresource = rest.popFirst()
    if !rest.isEmpty { return nil }
  }
}

/// A request to a resource, resolved against the registry.
struct ResourceRequest: Sendable {
  let descriptor: ResourceDescriptor
  /// Empty for cluster-wide objects; nil for a list over all namespaces.
  let namespace: String?
  let name: String?
  let subresource: String?

  init(_ path: ResourcePath, registry: ResourceRegistry) throws(APIError) {
    guard let plural = path.plural,
      let descriptor = registry.resource(group: path.group, version: path.version, plural: plural)
    else { throw .noSuchPath }
    guard path.namespace == nil || descriptor.namespaced else { throw .noSuchPath }
    guard !descriptor.namespaced || path.namespace != nil || path.name == nil else { throw .noSuchPath }
    if let subresource = path.subresource {
      let known = (subresource == "status" && descriptor.hasStatus) || descriptor.otherSubresources[subresource] != nil
      guard known else { throw .noSuchPath }
    }
    self.descriptor = descriptor
    namespace = descriptor.namespaced ? path.namespace : ""
    name = path.name
    subresource = path.subresource
  }

  /// A request to a list of a kind: of one namespace, or of the cluster.
  init(_ descriptor: ResourceDescriptor, namespace: String = "") {
    self.descriptor = descriptor
    self.namespace = namespace
    name = nil
    subresource = nil
  }

  var resource: ResourceName { descriptor.name }

  func key(_ name: String) -> ObjectKey { ObjectKey(resource, namespace: namespace ?? "", name: name) }
}
