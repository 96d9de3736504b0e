/// Kubernetes' strategic merge patch: a merge patch that knows from the schema which lists merge by a key.
enum StrategicMergePatch {
  private static let directive = "$patch"
  private static let retainKeys = "$retainKeys"
  private static let orderPrefix = "$setElementOrder/"
  private static let deletionPrefix = "$deleteFromPrimitiveList/"

  /// - Throws: 422 when the patch does not fit the schema, such as a list element without its merge key.
  static func apply(_ patch: JSON, to original: JSON, schema: ObjectSchema) throws(APIError) -> JSON {
    guard case .object(let members) = patch else { throw .badRequest("a strategic merge patch must be an object") }
    return try merge(members, into: original, .object(schema))
  }

  private static func merge(
    _ patch: [String: JSON], into original: JSON, _ schema: Schema
  ) throws(APIError) -> JSON {
    var patch = patch
    switch patch.removeValue(forKey: directive)?.string {
    case nil, "merge": break
    case "replace": return .object(patch)
    case "delete": return [:]
    case .some(let other): throw invalid("unknown $patch directive \"\(other)\"; known: delete, merge, replace")
    }
    var result = original.object ?? [:]
    if let kept = patch.removeValue(forKey: retainKeys)?.array {
      result = result.filter { kept.contains(.string($0.key)) }
    }
    let orders = patch.filter { $0.key.hasPrefix(orderPrefix) }
    for (key, value) in patch.sorted(by: { $0.key < $1.key }) where !key.hasPrefix(orderPrefix) {
      if key.hasPrefix(deletionPrefix) {
        let field = String(key.dropFirst(deletionPrefix.count))
        let removed = value.array ?? []
        result[field] = result[field]?.array.map { .array($0.filter { !removed.contains($0) }) }
      } else {
        result[key] = try merge(value, into: result[key], field(key, of: schema), name: key)
      }
    }
    for (key, order) in orders {
      let field = String(key.dropFirst(orderPrefix.count))
      guard let elements = result[field]?.array else { continue }
      result[field] = .array(
        ordered(
          elements, by: order.array ?? [], live: original[field]?.array ?? [], mergeKey(self.field(field, of: schema))))
    }
    return .object(result)
  }

  private static func merge(
    _ value: JSON, into original: JSON?, _ schema: Schema, name: String
  ) throws(APIError) -> JSON? {
    switch value {
    case .null: return nil
    case .object(let members): return try merge(members, into: original?.object.map(JSON.object) ?? [:], schema)
    case .array(let elements):
      guard case .list(let element, let kind) = schema else { return value }
      let live = original?.array ?? []
      switch kind {
      case .replace: return value
      case .union: return .array(live + elements.filter { !live.contains($0) })
      case .merge(let key, let others):
        return .array(
          try merge(elements, into: live, element, key: key, others: others, name: name))
      }
    default: return value
    }
  }

  private static func merge(
    _ elements: [JSON], into live: [JSON], _ schema: Schema, key: String, others: [String], name: String
  ) throws(APIError) -> [JSON] {
    if elements.contains(where: { $0[directive]?.string == "replace" }) {
      return elements.filter { $0[directive]?.string != "replace" }
    }
    var result = live
    for element in elements {
      guard case .object(let members) = element else { throw invalid("element of \"\(name)\" is not an object") }
      guard let value = members[key] else {
        throw invalid("element of \"\(name)\" does not contain its merge key \"\(key)\"")
      }
      if members[directive]?.string == "delete" {
        result.removeAll { $0[key] == value }
        continue
      }
      // Two elements may share the key, as a port of TCP and of UDP do: the other keys of the identity decide.
      let same = result.indices.filter { result[$0][key] == value }
      let exact = same.first { index in others.allSatisfy { members[$0] == nil || members[$0] == result[index][$0] } }
      let differs = others.contains { members[$0] != nil } && same.count > 1
      if let index = exact ?? (differs ? nil : same.first) {
        result[index] = try merge(members, into: result[index], schema)
      } else {
        result.append(try merge(members, into: [:], schema))
      }
    }
    return result
  }

  /// Elements named in the order come in that order; those that only the server has keep their place among the others.
  private static func ordered(_ elements: [JSON], by order: [JSON], live: [JSON], _ key: String?) -> [JSON] {
    func identity(_ element: JSON) -> JSON { key.flatMap { element[$0] } ?? element }
    let wanted = order.map(identity)
    var named = elements.filter { wanted.contains(identity($0)) }
    var rest = elements.filter { !wanted.contains(identity($0)) }
    func rank(_ element: JSON) -> Int { wanted.firstIndex(of: identity(element)) ?? 0 }
    named = named.enumerated().sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }.map(\.element)
    func position(_ element: JSON) -> Int? { live.firstIndex { identity($0) == identity(element) } }
    var result: [JSON] = []
    while let left = named.first, let right = rest.first {
      if let before = position(right), let own = position(left), before < own {
        result.append(rest.removeFirst())
      } else {
        result.append(named.removeFirst())
      }
    }
    return result + named + rest
  }

  private static func field(_ name: String, of schema: Schema) -> Schema {
    switch schema {
    case .object(let object): object.fields[name] ?? .any
    case .map(let element): element
    default: .any
    }
  }

  private static func mergeKey(_ schema: Schema) -> String? {
    guard case .list(_, .merge(let key, _)) = schema else { return nil }
    return key
  }

  private static func invalid(_ message: String) -> APIError {
    APIError(code: 422, reason: "Invalid", message: "the strategic merge patch cannot be applied: \(message)")
  }
}
