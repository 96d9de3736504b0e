import CalicoAPI
import Foundation

/// Rules that are written for objects as values of their own type, not for documents.
enum TypedValidation {
  /// - Parameter errors: what is wrong with an object.
  static func validate<Object: KubernetesObject>(
    _: Object.Type, _ errors: @escaping @Sendable (Object) -> [FieldError]
  ) -> @Sendable (_ object: JSON, _ old: JSON?) -> [FieldError] {
    { document, _ in
      do {
        return errors(try document.decoded(as: Object.self))
      } catch {
        return [fieldError(error)]
      }
    }
  }

  /// Types of fields were checked before: what is left is a field that is missing, or a number out of all bounds.
  private static func fieldError(_ error: any Error) -> FieldError {
    switch error {
    case DecodingError.keyNotFound(let key, let context): .required(path(context.codingPath + [key]))
    case DecodingError.dataCorrupted(let context), DecodingError.typeMismatch(_, let context),
      DecodingError.valueNotFound(_, let context):
      FieldError(
        reason: .invalid, field: path(context.codingPath), message: "Invalid value: \(context.debugDescription)")
    default: FieldError(reason: .invalid, field: "spec", message: "Invalid value: \(error)")
    }
  }

  private static func path(_ keys: [any CodingKey]) -> String {
    keys.reduce(into: "") { path, key in
      if let index = key.intValue {
        path += "[\(index)]"
      } else {
        path += (path.isEmpty ? "" : ".") + key.stringValue
      }
    }
  }
}

extension JSON {
  /// The document as a value of a type of its own.
  func decoded<Value: Decodable>(as type: Value.Type) throws -> Value {
    try JSONDecoder().decode(type, from: Data(encoded))
  }
}
