import CalicoAPI

/// Everything the server knows about a kind. A kind is added by writing one of these in a file of its own and listing
/// it in `ResourceRegistry.standard`.
struct ResourceDescriptor: Sendable {
  var name: ResourceName
  var shortNames: [String] = []
  var categories: [String] = []
  var namespaced = true
  /// The shape of its objects: strict decoding, OpenAPI and strategic merge all read this.
  var schema: ObjectSchema
  var nameRule: NameRule = .dnsSubdomain
  var hasStatus = true
  /// Subresources besides "status", with the kind their bodies have.
  var otherSubresources: [String: String] = [:]
  /// Whether metadata.generation counts the changes of everything but metadata and status.
  var countsGenerations = false
  /// Whether a created object may bring its status along, as kubelets do with their Node.
  var keepsStatusOnCreate = false
  /// Seconds that a deleted object stays with a deletionTimestamp for its owner to end it; nil deletes at once.
  var gracePeriod: @Sendable (_ object: JSON) -> Int64? = { _ in nil }
  /// Field selectors besides metadata.name and metadata.namespace, with the path of the field.
  var selectableFields: [String: [String]] = [:]
  var columns: [TableColumn] = [.name, .age]

  /// Fills in what the user may leave out. Also applied to the result of every update.
  var setDefaults: @Sendable (_ object: inout JSON) -> Void = { _ in }
  /// Sets what the server decides at creation, such as the first status.
  var prepareForCreate: @Sendable (_ object: inout JSON) -> Void = { _ in }
  /// Carries over from the old object what an update may leave out.
  var prepareForUpdate: @Sendable (_ object: inout JSON, _ old: JSON) -> Void = { _, _ in }
  /// Finds what is wrong with an object; `old` is nil at creation.
  var validate: @Sendable (_ object: JSON, _ old: JSON?) -> [FieldError] = { _, _ in [] }
  /// Takes what has to be unique in the cluster, such as addresses. Runs inside the transaction of the write.
  var allocate: @Sendable (_ object: inout JSON, _ old: JSON?, _ transaction: StoreTransaction) -> [FieldError] = {
    _, _, _ in []
  }

  /// Why an object may not be deleted, a sentence; nil where it may.
  var refuseDeletion: @Sendable (_ object: JSON, _ transaction: StoreTransaction) -> String? = { _, _ in nil }

  var singular: String { name.kind.lowercased() }
}
