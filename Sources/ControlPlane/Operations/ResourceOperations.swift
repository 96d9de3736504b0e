import Foundation

/// What can be done with objects, free of HTTP: one file for each verb.
struct ResourceOperations: Sendable {
  let store: ObjectStore
  let registry: ResourceRegistry
  let now: @Sendable () -> Date

  func get(_ request: ResourceRequest, name: String) throws(APIError) -> StoredObject {
    guard let object = store.object(request.key(name)) else { throw .notFound(request.resource, name) }
    return object
  }

  /// The first part of every write into a namespace: it has to be there, and to stay.
  static func checkNamespace(
    _ namespace: String, for request: ResourceRequest, name: String, _ transaction: StoreTransaction
  ) throws(APIError) {
    guard request.descriptor.namespaced else { return }
    let resource = ResourceDescriptor.namespace.name
    guard let object = transaction.object(ObjectKey(resource, namespace: "", name: namespace)) else {
      throw .notFound(resource, namespace)
    }
    if object.value["metadata"]?["deletionTimestamp"] != nil {
      throw .forbidden(
        request.resource, name,
        "unable to create new content in namespace \(namespace) because it is being terminated",
        causes: [
          [
            "reason": "NamespaceTerminating", "message": .string("namespace \(namespace) is being terminated"),
            "field": "metadata.namespace",
          ]
        ])
    }
  }
}
