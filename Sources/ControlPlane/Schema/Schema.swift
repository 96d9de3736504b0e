/// The shape of a field: which JSON it takes, and how a strategic merge patch treats it.
indirect enum Schema: Sendable {
  case string
  case boolean
  /// A whole number of 32 or 64 bits.
  case integer(bits: Int)
  /// With or without a fraction.
  case number
  /// A port number or a port's name.
  case intOrString
  /// E.g. "500m" or 2.
  case quantity
  /// RFC 3339.
  case time
  /// Anything: for fields that nothing here looks into.
  case any
  case list(Schema, ListMerge)
  case map(Schema)
  case object(ObjectSchema)

  static let int32 = Schema.integer(bits: 32)
  static let int64 = Schema.integer(bits: 64)

  /// A list that a patch replaces as a whole.
  static func list(_ element: Schema) -> Schema { .list(element, .replace) }

  /// A list of objects that a patch merges by the value of a key.
  static func list(_ element: ObjectSchema, by key: String, alsoIdentifiedBy: [String] = []) -> Schema {
    .list(.object(element), .merge(key: key, alsoIdentifiedBy: alsoIdentifiedBy))
  }

  /// A list of values without duplicates, to which a patch adds.
  static func set(_ element: Schema) -> Schema { .list(element, .union) }
}

/// How a strategic merge patch changes a list.
enum ListMerge: Sendable, Equatable {
  case replace
  case union
  /// By the key; the other keys belong to an element's identity in server-side apply only.
  case merge(key: String, alsoIdentifiedBy: [String])
}

/// An object with known fields.
struct ObjectSchema: Sendable {
  /// The OpenAPI definition name, e.g. "io.k8s.api.core.v1.Pod".
  let name: String
  let fields: [String: Schema]
  let required: [String]
  /// Fields of which a patch replaces the whole object instead of merging into it.
  let replaced: Set<String>
  /// Whether fields that are not listed are kept as they are: for kinds that others give fields to.
  let isOpen: Bool

  init(
    _ name: String, required: [String] = [], replaced: Set<String> = [], isOpen: Bool = false,
    _ fields: [String: Schema]
  ) {
    self.isOpen = isOpen
    self.name = name
    self.fields = fields
    self.required = required
    self.replaced = replaced
  }

  /// A top-level kind: metadata, apiVersion and kind come of themselves.
  static func kind(
    _ name: String, required: [String] = [], _ fields: [String: Schema]
  ) -> ObjectSchema {
    let common: [String: Schema] = ["apiVersion": .string, "kind": .string, "metadata": .object(.objectMeta)]
    return ObjectSchema(name, required: required, fields.merging(common) { own, _ in own })
  }

  /// The last part of the name, as Go's error messages call the type.
  var goName: String { String(name.split(separator: ".").last ?? "") }
}
