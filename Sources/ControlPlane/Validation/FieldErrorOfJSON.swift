import CalicoAPI

extension FieldError {
  static func invalid(_ field: String, _ value: JSON, _ detail: String) -> FieldError {
    FieldError(reason: .invalid, field: field, message: "Invalid value: \(value.text): \(detail)")
  }

  static func duplicate(_ field: String, _ value: JSON) -> FieldError {
    FieldError(reason: .duplicate, field: field, message: "Duplicate value: \(value.text)")
  }
}
