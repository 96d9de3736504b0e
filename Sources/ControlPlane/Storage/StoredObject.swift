/// Where an object is in the store.
struct ObjectKey: Sendable, Hashable {
  /// The qualified resource, e.g. "pods" or "endpointslices.discovery.k8s.io".
  var resource: String
  /// Empty for objects of the whole cluster.
  var namespace: String
  var name: String

  init(_ resource: ResourceName, namespace: String, name: String) {
    self.init(resource: resource.qualified, namespace: namespace, name: name)
  }

  init(resource: String, namespace: String, name: String) {
    self.resource = resource
    self.namespace = namespace
    self.name = name
  }
}

/// Lists are in this order, and continue tokens name a place in it.
extension ObjectKey: Comparable {
  static func < (left: ObjectKey, right: ObjectKey) -> Bool {
    (left.resource, left.namespace, left.name) < (right.resource, right.namespace, right.name)
  }
}

/// An object as of one revision, parsed and as the bytes that clients and the database get.
struct StoredObject: Sendable, Equatable {
  let key: ObjectKey
  let revision: Int64
  let value: JSON
  let bytes: [UInt8]

  init(key: ObjectKey, revision: Int64, value: JSON) {
    var value = value
    value[["metadata", "resourceVersion"]] = .string(String(revision))
    self.init(key: key, revision: revision, value: value, bytes: value.encoded)
  }

  init(key: ObjectKey, revision: Int64, value: JSON, bytes: [UInt8]) {
    self.key = key
    self.revision = revision
    self.value = value
    self.bytes = bytes
  }
}
