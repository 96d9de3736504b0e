import FoundationEssentials

/// A change to an object, in one of the forms that the API takes.
public struct Patch: Sendable {
  let contentType: String
  let body: Data
  /// The field manager of a server-side apply, and whether it takes fields from others.
  var fieldManager: String?
  var force = false

  /// RFC 7386: the given fields are set, `null` removes, arrays are replaced as a whole.
  public static func merge(_ value: some Encodable) throws(KubernetesError) -> Patch {
    Patch(contentType: "application/merge-patch+json", body: try encoded(value))
  }

  /// Kubernetes' own: like `merge`, but lists with a merge key are merged element by element. Built-in kinds only.
  public static func strategicMerge(_ value: some Encodable) throws(KubernetesError) -> Patch {
    Patch(contentType: "application/strategic-merge-patch+json", body: try encoded(value))
  }

  /// RFC 6902: operations in order, all or none.
  public static func json(_ operations: [JSONPatchOperation]) throws(KubernetesError) -> Patch {
    Patch(contentType: "application/json-patch+json", body: try encoded(operations))
  }

  /// Server-side apply: the given fields become those that `fieldManager` wants.
  public static func apply(
    _ value: some Encodable, fieldManager: String, force: Bool = false
  ) throws(KubernetesError) -> Patch {
    Patch(
      contentType: "application/apply-patch+yaml", body: try encoded(value), fieldManager: fieldManager, force: force)
  }
}

/// One operation of a JSON patch (RFC 6902 section 4).
public struct JSONPatchOperation: Encodable, Sendable, Hashable {
  public var op: String
  /// A JSON pointer (RFC 6901): "/metadata/labels/app".
  public var path: String
  public var value: JSONValue?
  public var from: String?

  public static func add(_ path: String, _ value: JSONValue) -> JSONPatchOperation {
    JSONPatchOperation(op: "add", path: path, value: value)
  }

  public static func replace(_ path: String, _ value: JSONValue) -> JSONPatchOperation {
    JSONPatchOperation(op: "replace", path: path, value: value)
  }

  public static func test(_ path: String, _ value: JSONValue) -> JSONPatchOperation {
    JSONPatchOperation(op: "test", path: path, value: value)
  }

  public static func remove(_ path: String) -> JSONPatchOperation { JSONPatchOperation(op: "remove", path: path) }

  public static func move(from: String, to path: String) -> JSONPatchOperation {
    JSONPatchOperation(op: "move", path: path, from: from)
  }

  public static func copy(from: String, to path: String) -> JSONPatchOperation {
    JSONPatchOperation(op: "copy", path: path, from: from)
  }
}

/// The JSON of a request's body.
func encoded(_ value: some Encodable) throws(KubernetesError) -> Data {
  do {
    return try JSONEncoder().encode(value)
  } catch {
    throw .invalidRequest("the body cannot be written as JSON: \(error)")
  }
}
