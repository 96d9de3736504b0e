/// One committed change. Its revision is the object's, and for a deletion that of the deletion.
struct Change: Sendable, Equatable {
  enum Kind: String, Sendable {
    case added = "ADDED"
    case modified = "MODIFIED"
    case deleted = "DELETED"
  }

  let kind: Kind
  /// The object after the change; for a deletion as it was last, with the revision of the deletion.
  let object: StoredObject
  /// The object before the change; nil for an addition.
  let previous: StoredObject?

  var revision: Int64 { object.revision }
}
