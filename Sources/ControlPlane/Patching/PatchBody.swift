/// A patch as a request brings it.
enum PatchBody: Sendable {
  case json(JSON)
  case merge(JSON)
  case strategic(JSON)

  static let supported = [
    "application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json",
  ]

  /// - Throws: 415 for other patch types, 400 for malformed text.
  init(_ bytes: [UInt8], contentType: String?) throws(APIError) {
    let type = MediaType(contentType ?? "").name
    if type.hasPrefix("application/apply-patch") {
      throw APIError(
        code: 415, reason: "UnsupportedMediaType",
        message: "this server does not do server-side apply; use kubectl apply without --server-side")
    }
    guard Self.supported.contains(type) else { throw .unsupportedMediaType(type, supported: Self.supported) }
    let value: JSON
    do throws(JSONParser.SyntaxError) {
      value = try JSONParser.parse(bytes)
    } catch {
      throw .badRequest("the patch is not valid JSON: \(error.message) (at byte \(error.offset))")
    }
    switch type {
    case "application/json-patch+json": self = .json(value)
    case "application/merge-patch+json": self = .merge(value)
    default: self = .strategic(value)
    }
  }

  func apply(to original: JSON, schema: ObjectSchema) throws(APIError) -> JSON {
    switch self {
    case .json(let patch): return try JSONPatch.apply(patch, to: original)
    case .merge(let patch): return MergePatch.apply(patch, to: original)
    case .strategic(let patch): return try StrategicMergePatch.apply(patch, to: original, schema: schema)
    }
  }
}
