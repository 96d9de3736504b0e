/// One thing wrong with one field of an object, in the words of Kubernetes' field errors.
public struct FieldError: Error, Sendable, Hashable {
  public enum Reason: String, Sendable {
    case notFound = "FieldValueNotFound"
    case required = "FieldValueRequired"
    case invalid = "FieldValueInvalid"
    case notSupported = "FieldValueNotSupported"
    case duplicate = "FieldValueDuplicate"
    case forbidden = "FieldValueForbidden"
    case tooLong = "FieldValueTooLong"
    case tooMany = "FieldValueTooMany"
  }

  public var reason: Reason
  /// E.g. "spec.ports[0].port".
  public var field: String
  /// Without the field, e.g. "Invalid value: 70000: must be between 1 and 65535, inclusive".
  public var message: String

  public init(reason: Reason, field: String, message: String) {
    self.reason = reason
    self.field = field
    self.message = message
  }

  /// The whole sentence: "spec.ports[0].port: Invalid value: 70000: must be between 1 and 65535, inclusive".
  public var text: String { "\(field): \(message)" }
}

extension FieldError {
  public static func required(_ field: String, _ detail: String = "") -> FieldError {
    FieldError(reason: .required, field: field, message: "Required value" + (detail.isEmpty ? "" : ": \(detail)"))
  }

  public static func invalid(_ field: String, _ value: String, _ detail: String) -> FieldError {
    FieldError(reason: .invalid, field: field, message: "Invalid value: \(quoted(value)): \(detail)")
  }

  public static func invalid(_ field: String, _ value: some BinaryInteger, _ detail: String) -> FieldError {
    FieldError(reason: .invalid, field: field, message: "Invalid value: \(value): \(detail)")
  }

  public static func notSupported(_ field: String, _ value: String, _ supported: [String]) -> FieldError {
    let list = supported.sorted().map(quoted).joined(separator: ", ")
    return FieldError(
      reason: .notSupported, field: field, message: "Unsupported value: \(quoted(value)): supported values: \(list)")
  }

  /// The value names something that does not exist.
  public static func notFound(_ field: String, _ value: String) -> FieldError {
    FieldError(reason: .notFound, field: field, message: "Not found: \(quoted(value))")
  }

  public static func duplicate(_ field: String, _ value: String) -> FieldError {
    FieldError(reason: .duplicate, field: field, message: "Duplicate value: \(quoted(value))")
  }

  public static func forbidden(_ field: String, _ detail: String) -> FieldError {
    FieldError(reason: .forbidden, field: field, message: "Forbidden: \(detail)")
  }

  public static func tooMany(_ field: String, _ count: Int, _ limit: Int) -> FieldError {
    FieldError(
      reason: .tooMany, field: field, message: "Too many: \(count): must have at most \(limit) items")
  }

  public static func tooLong(_ field: String, limit: Int) -> FieldError {
    FieldError(reason: .tooLong, field: field, message: "Too long: may not be more than \(limit) bytes")
  }

  /// As JSON writes a string.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
