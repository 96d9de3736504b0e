import CalicoAPI

/// A refusal, as Kubernetes words it: becomes a `metav1.Status` body.
struct APIError: Error, Sendable, Hashable {
  var code: Int
  /// Machine-readable, e.g. "NotFound".
  var reason: String
  var message: String
  /// Status.details, as far as known: name, group, kind, uid, causes.
  var details: JSON?

  var status: JSON {
    JSON(members: [
      "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure", "message": .string(message),
      "reason": reason.isEmpty ? nil : .string(reason), "details": details, "code": .int(Int64(code)),
    ])
  }

  static func notFound(_ resource: ResourceName, _ name: String) -> APIError {
    APIError(
      code: 404, reason: "NotFound", message: "\(resource.qualified) \"\(name)\" not found",
      details: details(resource, name))
  }

  static func alreadyExists(_ resource: ResourceName, _ name: String) -> APIError {
    APIError(
      code: 409, reason: "AlreadyExists", message: "\(resource.qualified) \"\(name)\" already exists",
      details: details(resource, name))
  }

  static func conflict(_ resource: ResourceName, _ name: String, _ why: String) -> APIError {
    APIError(
      code: 409, reason: "Conflict",
      message: "Operation cannot be fulfilled on \(resource.qualified) \"\(name)\": \(why)",
      details: details(resource, name))
  }

  static func modified(_ resource: ResourceName, _ name: String) -> APIError {
    conflict(
      resource, name,
      "the object has been modified; please apply your changes to the latest version and try again")
  }

  static func invalid(_ resource: ResourceName, _ name: String, _ errors: [FieldError]) -> APIError {
    let texts = errors.map(\.text)
    let list = texts.count == 1 ? texts[0] : "[\(texts.joined(separator: ", "))]"
    let causes = errors.map { error -> JSON in
      ["reason": .string(error.reason.rawValue), "message": .string(error.message), "field": .string(error.field)]
    }
    return APIError(
      code: 422, reason: "Invalid", message: "\(resource.kind) \"\(name)\" is invalid: \(list)",
      details: JSON(members: [
        "name": .string(name), "group": resource.group.isEmpty ? nil : .string(resource.group),
        "kind": .string(resource.kind), "causes": .array(causes),
      ]))
  }

  static func forbidden(_ resource: ResourceName, _ name: String, _ why: String, causes: [JSON] = []) -> APIError {
    var details = details(resource, name)
    if !causes.isEmpty { details["causes"] = .array(causes) }
    return APIError(
      code: 403, reason: "Forbidden", message: "\(resource.qualified) \"\(name)\" is forbidden: \(why)",
      details: details)
  }

  static func badRequest(_ message: String) -> APIError {
    APIError(code: 400, reason: "BadRequest", message: message)
  }

  static let unauthorized = APIError(code: 401, reason: "Unauthorized", message: "Unauthorized")

  /// A path that names nothing this server has.
  static let noSuchPath = APIError(
    code: 404, reason: "NotFound", message: "the server could not find the requested resource", details: [:])

  static func methodNotAllowed(_ method: String) -> APIError {
    APIError(
      code: 405, reason: "MethodNotAllowed", message: "the server does not allow this method on the requested resource",
      details: ["causes": [["reason": "UnexpectedServerResponse", "message": .string("method \(method)")]]])
  }

  static func unsupportedMediaType(_ type: String, supported: [String]) -> APIError {
    APIError(
      code: 415, reason: "UnsupportedMediaType",
      message: "the body of the request was in an unknown format (\(type)); accepted media types include: "
        + supported.joined(separator: ", "))
  }

  static func notAcceptable(supported: [String]) -> APIError {
    APIError(
      code: 406, reason: "NotAcceptable",
      message: "only the following media types are accepted: \(supported.joined(separator: ", "))")
  }

  /// The history a watch or a page needs is no longer kept.
  static func expired(_ message: String) -> APIError {
    APIError(code: 410, reason: "Expired", message: message)
  }

  static func internalError(_ message: String) -> APIError {
    APIError(
      code: 500, reason: "InternalError", message: "Internal error occurred: \(message)",
      details: ["causes": [["message": .string(message)]]])
  }

  private static func details(_ resource: ResourceName, _ name: String) -> JSON {
    JSON(members: [
      "name": .string(name), "group": resource.group.isEmpty ? nil : .string(resource.group),
      "kind": .string(resource.plural),
    ])
  }
}
