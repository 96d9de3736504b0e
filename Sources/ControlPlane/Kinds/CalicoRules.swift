import CalicoAPI

/// What the agent would not understand of Calico's kinds is refused when it is written.
enum CalicoRules {
  /// - Parameter complaints: of the reading that the agent does too. What makes sense and is not done is no error.
  static func errors(_ complaints: [FieldComplaint]) -> [FieldError] {
    complaints.filter(\.isMistake).map {
      FieldError(reason: .invalid, field: "spec.\($0.field)", message: "Invalid value: \($0.problem)")
    }
  }

  static func spec(_ object: JSON) -> OpenSpec {
    OpenSpec((object["spec"]?.object ?? [:]).mapValues { $0.fieldValue })
  }
}

extension JSON {
  fileprivate var fieldValue: FieldValue {
    switch self {
    case .null: .null
    case .bool(let value): .bool(value)
    case .int(let value): .int(value)
    case .double(let value): .double(value)
    case .string(let value): .string(value)
    case .array(let values): .array(values.map(\.fieldValue))
    case .object(let members): .object(members.mapValues(\.fieldValue))
    }
  }
}
