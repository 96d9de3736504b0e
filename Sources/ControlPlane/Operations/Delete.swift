import CalicoAPI
import Foundation

/// What a client may say about a deletion, in the body or the query.
struct DeleteOptions: Sendable {
  var gracePeriodSeconds: Int64?
  var uid: String?
  var resourceVersion: String?
  var dryRun = false

  /// - Parameter body: a metav1.DeleteOptions, or nil.
  init(_ body: JSON?, _ query: RequestOptions) throws(APIError) {
    gracePeriodSeconds = body?["gracePeriodSeconds"]?.int ?? query.gracePeriodSeconds
    uid = body?["preconditions"]?["uid"]?.string
    resourceVersion = body?["preconditions"]?["resourceVersion"]?.string
    dryRun = query.dryRun
    for value in body?["dryRun"]?.array ?? [] { dryRun = try RequestOptions.dryRun(value.string ?? "") }
    let policies = ["Background", "Foreground", "Orphan"]
    if let policy = body?["propagationPolicy"]?.string, !policies.contains(policy) {
      throw APIError(
        code: 422, reason: "Invalid",
        message: "DeleteOptions.meta.k8s.io \"\" is invalid: "
          + FieldError.notSupported("propagationPolicy", policy, policies).text)
    }
  }
}

/// What came of a deletion.
enum DeleteResult: Sendable {
  /// It is gone; the object as it was last.
  case deleted(StoredObject)
  /// It stays until its owner, its finalizers or its contents are done.
  case terminating(StoredObject)
}

extension ResourceOperations {
  /// - Throws: 404 when it is missing, 409 when a precondition fails.
  func delete(_ request: ResourceRequest, name: String, _ options: DeleteOptions) async throws -> DeleteResult {
    let now = now()
    return try await store.write(dryRun: options.dryRun) { transaction in
      guard let object = transaction.object(request.key(name)) else { throw APIError.notFound(request.resource, name) }
      try Self.checkPreconditions(object, options, request)
      try Self.checkMayBeDeleted(object, request, transaction)
      return Self.delete(object, request.descriptor, options, transaction, now: now)
    }
  }

  /// Deletes what a list with the same options would show.
  func deleteCollection(
    _ request: ResourceRequest, _ query: RequestOptions, _ options: DeleteOptions
  ) async throws -> [StoredObject] {
    let now = now()
    return try await store.write(dryRun: options.dryRun) { transaction in
      try transaction.list(request.resource.qualified, namespace: request.namespace)
        .filter {
          query.labelSelector.matches($0.value) && query.fieldSelector.matches($0.value, request.descriptor)
        }
        .map { object in
          try Self.checkMayBeDeleted(object, request, transaction)
          return switch Self.delete(object, request.descriptor, options, transaction, now: now) {
          case .deleted(let last), .terminating(let last): last
          }
        }
    }
  }

  private static func checkPreconditions(
    _ object: StoredObject, _ options: DeleteOptions, _ request: ResourceRequest
  ) throws(APIError) {
    if let uid = options.uid, let actual = object.value["metadata"]?["uid"]?.string, uid != actual {
      throw .conflict(
        request.resource, object.key.name,
        "Precondition failed: UID in precondition: \(uid), UID in object meta: \(actual)")
    }
    if let version = options.resourceVersion, version != String(object.revision) {
      throw .conflict(
        request.resource, object.key.name,
        "Precondition failed: ResourceVersion in precondition: \(version), ResourceVersion in object meta: "
          + "\(object.revision)")
    }
  }

  private static func checkMayBeDeleted(
    _ object: StoredObject, _ request: ResourceRequest, _ transaction: StoreTransaction
  ) throws(APIError) {
    guard let reason = request.descriptor.refuseDeletion(object.value, transaction) else { return }
    throw .forbidden(request.resource, object.key.name, reason)
  }

  static func delete(
    _ object: StoredObject, _ descriptor: ResourceDescriptor, _ options: DeleteOptions,
    _ transaction: StoreTransaction, now: Date
  ) -> DeleteResult {
    if descriptor.name == ResourceDescriptor.namespace.name {
      return deleteNamespace(object, transaction, now: now)
    }
    let metadata = object.value["metadata"]
    let grace = descriptor.gracePeriod(object.value).map { options.gracePeriodSeconds ?? $0 } ?? 0
    let hasFinalizers = !(metadata?["finalizers"]?.isEmpty ?? true)
    if grace <= 0 && !hasFinalizers {
      return transaction.delete(object.key).map(DeleteResult.deleted) ?? .deleted(object)
    }
    let pending = metadata?["deletionGracePeriodSeconds"]?.int
    // A later request may shorten the time that is left, but not lengthen it.
    if metadata?["deletionTimestamp"] != nil && (pending ?? 0) <= grace { return .terminating(object) }
    var value = object.value
    value[["metadata", "deletionTimestamp"]] = .string(Timestamp.text(now.addingTimeInterval(TimeInterval(grace))))
    value[["metadata", "deletionGracePeriodSeconds"]] = .int(grace)
    return .terminating(transaction.put(object.key, value))
  }

  /// A namespace first refuses new objects, then its objects go, then it goes itself.
  private static func deleteNamespace(
    _ namespace: StoredObject, _ transaction: StoreTransaction, now: Date
  ) -> DeleteResult {
    guard namespace.value["metadata"]?["deletionTimestamp"] == nil else { return .terminating(namespace) }
    var value = namespace.value
    value[["metadata", "deletionTimestamp"]] = .string(Timestamp.text(now))
    value[["status", "phase"]] = "Terminating"
    return .terminating(transaction.put(namespace.key, value))
  }
}
