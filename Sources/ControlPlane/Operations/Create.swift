import Foundation

extension ResourceOperations {
  /// Stores a new object.
  /// - Throws: 404 for a missing namespace, 409 when the name is taken, 422 when the object is invalid.
  func create(_ request: ResourceRequest, _ body: JSON, dryRun: Bool) async throws -> StoredObject {
    let now = now()
    return try await store.write(dryRun: dryRun) { transaction in
      try Self.create(request, body, transaction, now: now)
    }
  }

  static func create(
    _ request: ResourceRequest, _ body: JSON, _ transaction: StoreTransaction, now: Date
  ) throws(APIError) -> StoredObject {
    let descriptor = request.descriptor
    var object = body
    object["apiVersion"] = .string(request.resource.apiVersion)
    object["kind"] = .string(request.resource.kind)
    try setIdentity(&object, request, transaction, now: now)
    let name = object["metadata"]?["name"]?.string ?? ""
    try checkNamespace(request.namespace ?? "", for: request, name: name, transaction)
    if descriptor.hasStatus && !descriptor.keepsStatusOnCreate { object["status"] = nil }
    descriptor.prepareForCreate(&object)
    descriptor.setDefaults(&object)
    var errors = ObjectMetaRules.validate(object, kind: descriptor, old: nil) + descriptor.validate(object, nil)
    let key = request.key(name)
    if errors.isEmpty && transaction.object(key) != nil { throw .alreadyExists(request.resource, name) }
    if errors.isEmpty { errors += descriptor.allocate(&object, nil, transaction) }
    guard errors.isEmpty else { throw .invalid(request.resource, name, errors) }
    return transaction.put(key, object)
  }

  private static func setIdentity(
    _ object: inout JSON, _ request: ResourceRequest, _ transaction: StoreTransaction, now: Date
  ) throws(APIError) {
    var metadata = object["metadata"] ?? [:]
    let version = metadata["resourceVersion"]?.string ?? ""
    if !version.isEmpty && version != "0" {
      throw .badRequest("resourceVersion should not be set on objects to be created")
    }
    try checkNamespaceMatches(&metadata, request)
    if metadata["name"]?.isEmpty ?? true, let prefix = metadata["generateName"]?.string, !prefix.isEmpty {
      metadata["name"] = .string(
        GeneratedName.make(prefix: prefix) { transaction.object(request.key($0)) == nil })
    }
    metadata["uid"] = .string(UUID().uuidString.lowercased())
    metadata["creationTimestamp"] = .string(Timestamp.text(now))
    for field in ["deletionTimestamp", "deletionGracePeriodSeconds", "generation", "resourceVersion"] {
      metadata[field] = nil
    }
    if request.descriptor.countsGenerations { metadata["generation"] = 1 }
    object["metadata"] = metadata
  }

  /// The namespace in the object may be left out, but not differ from the one in the URL.
  static func checkNamespaceMatches(_ metadata: inout JSON, _ request: ResourceRequest) throws(APIError) {
    let namespace = metadata["namespace"]?.string ?? ""
    let expected = request.namespace ?? ""
    if !namespace.isEmpty && namespace != expected {
      throw .badRequest(
        "the namespace of the provided object does not match the namespace sent on the request")
    }
    metadata["namespace"] = expected.isEmpty ? nil : .string(expected)
  }
}

/// Names for objects that leave theirs to the server.
enum GeneratedName {
  /// No vowels and nothing that looks like another character, so that no words come out.
  private static let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")
  private static let suffixLength = 5
  private static let maximumPrefix = 58

  /// The prefix and five random characters; tries again a few times when the name is taken.
  static func make(prefix: String, isFree: (String) -> Bool) -> String {
    var name = ""
    for _ in 0..<8 {
      let suffix = (0..<suffixLength).compactMap { _ in alphabet.randomElement() }
      name = prefix.prefix(maximumPrefix) + String(suffix)
      if isFree(name) { break }
    }
    return name
  }
}
