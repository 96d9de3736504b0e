/// A selector over fields: "metadata.name=web,status.phase!=Failed".
struct FieldSelector: Sendable, Equatable {
  struct Requirement: Sendable, Equatable {
    var field: String
    var value: String
    var isEqual: Bool
  }

  private(set) var requirements: [Requirement] = []

  init() {}

  init(_ text: String) throws(APIError) {
    for part in text.split(separator: ",") {
      guard let equals = part.firstIndex(of: "=") else {
        throw .badRequest("invalid field selector \"\(text)\": can't understand '\(part)', expected FIELD=VALUE")
      }
      var field = String(part[..<equals])
      var value = part[part.index(after: equals)...]
      let isEqual = !field.hasSuffix("!")
      if !isEqual { field.removeLast() }
      if value.hasPrefix("=") { value = value.dropFirst() }
      requirements.append(Requirement(field: field, value: String(value), isEqual: isEqual))
    }
  }

  /// Refuses fields that the kind does not index.
  func check(_ descriptor: ResourceDescriptor) throws(APIError) {
    for requirement in requirements where path(requirement.field, descriptor) == nil {
      throw .badRequest("field label not supported: \(requirement.field)")
    }
  }

  func matches(_ object: JSON, _ descriptor: ResourceDescriptor) -> Bool {
    requirements.allSatisfy { requirement in
      guard let path = path(requirement.field, descriptor) else { return false }
      return (Self.text(object[path]) == requirement.value) == requirement.isEqual
    }
  }

  private func path(_ field: String, _ descriptor: ResourceDescriptor) -> [String]? {
    switch field {
    case "metadata.name": ["metadata", "name"]
    case "metadata.namespace" where descriptor.namespaced: ["metadata", "namespace"]
    default: descriptor.selectableFields[field]
    }
  }

  private static func text(_ value: JSON?) -> String {
    switch value {
    case .string(let text): text
    case .bool(let flag): flag ? "true" : "false"
    case .int(let number): String(number)
    default: ""
    }
  }
}
