/// JSON merge patch, RFC 7386.
enum MergePatch {
  static func apply(_ patch: JSON, to original: JSON) -> JSON {
    guard case .object(let members) = patch else { return patch }
    var result = original.object ?? [:]
    for (key, value) in members {
      result[key] = value == .null ? nil : apply(value, to: result[key] ?? .null)
    }
    return .object(result)
  }
}
