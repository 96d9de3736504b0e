/// One thing wrong with one field of an object, in the words of Kubernetes' field errors.
struct FieldError: Error, Sendable, Hashable {
  enum Reason: String, Sendable {
    case required = "FieldValueRequired"
    case invalid = "FieldValueInvalid"
    case notSupported = "FieldValueNotSupported"
    case duplicate = "FieldValueDuplicate"
    case forbidden = "FieldValueForbidden"
    case tooLong = "FieldValueTooLong"
    case tooMany = "FieldValueTooMany"
  }

  var reason: Reason
  /// E.g. "spec.ports[0].port".
  var field: String
  /// Without the field, e.g. "Invalid value: 70000: must be between 1 and 65535, inclusive".
  var message: String

  static func required(_ field: String, _ detail: String = "") -> FieldError {
    FieldError(reason: .required, field: field, message: "Required value" + (detail.isEmpty ? "" : ": \(detail)"))
  }

  static func invalid(_ field: String, _ value: JSON, _ detail: String) -> FieldError {
    FieldError(reason: .invalid, field: field, message: "Invalid value: \(value.text): \(detail)")
  }

  static func notSupported(_ field: String, _ value: String, _ supported: [String]) -> FieldError {
    let list = supported.sorted().map { "\"\($0)\"" }.joined(separator: ", ")
    return FieldError(
      reason: .notSupported, field: field, message: "Unsupported value: \"\(value)\": supported values: \(list)")
  }

  static func duplicate(_ field: String, _ value: JSON) -> FieldError {
    FieldError(reason: .duplicate, field: field, message: "Duplicate value: \(value.text)")
  }

  static func forbidden(_ field: String, _ detail: String) -> FieldError {
    FieldError(reason: .forbidden, field: field, message: "Forbidden: \(detail)")
  }

  static func tooMany(_ field: String, _ count: Int, _ limit: Int) -> FieldError {
    FieldError(
      reason: .tooMany, field: field, message: "Too many: \(count): must have at most \(limit) items")
  }

  var text: String { "\(field): \(message)" }
}
