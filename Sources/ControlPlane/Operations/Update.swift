import Foundation

/// The result of an update.
struct UpdateResult: Sendable {
  var object: StoredObject
  var warnings: [String]
}

extension ResourceOperations {
  /// Replaces an object by what `change` makes of the stored one; runs in the transaction, so nothing comes between.
  /// - Throws: 404 when it is missing, 409 when it was changed in between, 422 when the result is invalid.
  func update(
    _ request: ResourceRequest, name: String, dryRun: Bool,
    change: @escaping @Sendable (_ old: JSON) throws -> ObjectBody
  ) async throws -> UpdateResult {
    let now = now()
    return try await store.write(dryRun: dryRun) { transaction in
      guard let stored = transaction.object(request.key(name)) else { throw APIError.notFound(request.resource, name) }
      let body = try change(stored.value)
      let object = try Self.update(request, stored, with: body.value, transaction, now: now)
      return UpdateResult(object: object, warnings: body.warnings)
    }
  }

  static func update(
    _ request: ResourceRequest, _ stored: StoredObject, with body: JSON, _ transaction: StoreTransaction, now: Date
  ) throws(APIError) -> StoredObject {
    let descriptor = request.descriptor
    let old = stored.value
    let name = stored.key.name
    var object = body
    try reconcileMetadata(&object, old: old, request, name: name)
    if request.subresource == "status" {
      object = statusUpdate(object, old: old)
    } else {
      if descriptor.hasStatus { object["status"] = old["status"] }
      descriptor.prepareForUpdate(&object, old)
    }
    descriptor.setDefaults(&object)
    if object == old { return stored }
    var errors = ObjectMetaRules.validate(object, kind: descriptor, old: old) + descriptor.validate(object, old)
    if errors.isEmpty && request.subresource == nil { errors += descriptor.allocate(&object, old, transaction) }
    guard errors.isEmpty else { throw .invalid(request.resource, name, errors) }
    if object == old { return stored }
    if descriptor.countsGenerations && changesGeneration(object, old) {
      object[["metadata", "generation"]] = .int((old["metadata"]?["generation"]?.int ?? 0) + 1)
    }
    let changed = transaction.put(stored.key, object)
    return finishDeletion(changed, transaction) ?? changed
  }

  /// A status update changes the status, labels and annotations, and nothing else.
  private static func statusUpdate(_ object: JSON, old: JSON) -> JSON {
    var result = old
    result["status"] = object["status"]
    result["metadata"] = object["metadata"]
    return result
  }

  private static func reconcileMetadata(
    _ object: inout JSON, old: JSON, _ request: ResourceRequest, name: String
  ) throws(APIError) {
    var metadata = object["metadata"] ?? [:]
    let before = old["metadata"] ?? [:]
    let given = metadata["name"]?.string ?? ""
    if !given.isEmpty && given != name {
      throw .badRequest("the name of the object (\(given)) does not match the name on the URL (\(name))")
    }
    metadata["name"] = .string(name)
    try checkNamespaceMatches(&metadata, request)
    if let version = metadata["resourceVersion"]?.string, !version.isEmpty, version != before["resourceVersion"]?.string
    {
      throw .modified(request.resource, name)
    }
    if let uid = metadata["uid"]?.string, !uid.isEmpty, uid != before["uid"]?.string {
      throw .conflict(
        request.resource, name,
        "Precondition failed: UID in precondition: \(uid), UID in object meta: \(before["uid"]?.string ?? "")")
    }
    for field in [
      "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "resourceVersion", "generation",
      "generateName",
    ] {
      metadata[field] = before[field]
    }
    object["metadata"] = metadata
  }

  private static func changesGeneration(_ object: JSON, _ old: JSON) -> Bool {
    func content(_ object: JSON) -> JSON {
      var object = object
      object["metadata"] = nil
      object["status"] = nil
      return object
    }
    return content(object) != content(old)
  }

  /// An object that waits for its deletion goes when the last finalizer is gone and no grace period runs.
  static func finishDeletion(_ object: StoredObject, _ transaction: StoreTransaction) -> StoredObject? {
    let metadata = object.value["metadata"]
    guard metadata?["deletionTimestamp"] != nil, metadata?["finalizers"]?.isEmpty ?? true,
      (metadata?["deletionGracePeriodSeconds"]?.int ?? 0) == 0,
      object.key.resource != ResourceDescriptor.namespace.name.qualified
    else { return nil }
    return transaction.delete(object.key)
  }
}
