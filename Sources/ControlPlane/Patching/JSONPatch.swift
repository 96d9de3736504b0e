/// JSON patch, RFC 6902: a list of operations, all or none of which take effect.
enum JSONPatch {
  /// - Throws: 400 for a malformed patch, 422 when an operation does not fit the document.
  static func apply(_ patch: JSON, to original: JSON) throws(APIError) -> JSON {
    guard case .array(let operations) = patch else { throw .badRequest("a JSON patch must be a list of operations") }
    var document = original
    for (index, operation) in operations.enumerated() {
      let changed: JSON?
      do throws(JSONPointer.NotFound) {
        changed = try apply(operation, document)
      } catch {
        throw invalid("operation \(index) (\(operation["op"]?.string ?? "")): no such path \"\(error.pointer)\"")
      }
      guard let changed else {
        throw .badRequest("operation \(index) of the JSON patch is malformed: \(operation.text)")
      }
      document = changed
      if let difference = failedTest(operation, document) {
        throw invalid("operation \(index): testing path \"\(difference)\" failed: the value differs")
      }
    }
    return document
  }

  /// Nil for a malformed operation.
  private static func apply(_ operation: JSON, _ document: JSON) throws(JSONPointer.NotFound) -> JSON? {
    guard let path = operation["path"]?.string.flatMap({ JSONPointer($0) }) else { return nil }
    let from = operation["from"]?.string.flatMap { JSONPointer($0) }
    switch (operation["op"]?.string, operation["value"], from) {
    case ("add", let value?, _): return try path.add(value, to: document)
    case ("remove", _, _): return try path.remove(from: document)
    case ("replace", let value?, _): return try path.replace(with: value, in: document)
    case ("copy", _, let from?): return try path.add(try from.value(in: document), to: document)
    case ("move", _, let from?):
      let value = try from.value(in: document)
      return try path.add(value, to: try from.remove(from: document))
    case ("test", .some, _):
      _ = try path.value(in: document)
      return document
    default: return nil
    }
  }

  private static func failedTest(_ operation: JSON, _ document: JSON) -> String? {
    guard operation["op"] == "test", let path = operation["path"]?.string else { return nil }
    let value = try? JSONPointer(path)?.value(in: document)
    return value == operation["value"] ? nil : path
  }

  private static func invalid(_ message: String) -> APIError {
    APIError(code: 422, reason: "Invalid", message: "the JSON patch cannot be applied: \(message)")
  }
}
