/// Reads a document by its schema, as a typed decoder would: fields of a wrong type are an error, unknown fields are
/// dropped and named, nulls count as absent.
struct SchemaDecoding {
  struct TypeMismatch: Error, Equatable {
    /// In the words of Go's decoder, which users know.
    var message: String
  }

  /// E.g. "spec.ports[0].prot".
  private(set) var unknownFields: [String] = []

  mutating func decode(_ value: JSON, as schema: ObjectSchema) throws(TypeMismatch) -> JSON {
    guard case .object(let members) = value else {
      throw TypeMismatch(
        message: "json: cannot unmarshal \(Self.goType(value)) into Go value of type \(schema.goName)")
    }
    return try decode(members, schema, Path(text: "", go: ""))
  }

  /// The path of a field as users write it, and as Go's decoder reports it (without list positions).
  private struct Path {
    var text: String
    var go: String

    func field(_ name: String) -> Path {
      Path(text: text.isEmpty ? name : "\(text).\(name)", go: go.isEmpty ? name : "\(go).\(name)")
    }

    func element(_ index: Int) -> Path { Path(text: "\(text)[\(index)]", go: go) }
  }

  private mutating func decode(
    _ members: [String: JSON], _ schema: ObjectSchema, _ path: Path
  ) throws(TypeMismatch) -> JSON {
    var decoded: [String: JSON] = [:]
    for (name, value) in members.sorted(by: { $0.key < $1.key }) {
      guard let field = schema.fields[name] else {
        if !schema.isOpen {
          unknownFields.append(path.field(name).text)
        } else if value != .null {
          decoded[name] = value
        }
        continue
      }
      if value == .null { continue }
      decoded[name] = try decode(value, field, path.field(name), in: schema)
    }
    return .object(decoded)
  }

  private mutating func decode(
    _ value: JSON, _ schema: Schema, _ path: Path, in owner: ObjectSchema
  ) throws(TypeMismatch) -> JSON {
    func mismatch(_ type: String) -> TypeMismatch {
      TypeMismatch(
        message: "json: cannot unmarshal \(Self.goType(value)) into Go struct field "
          + "\(owner.goName).\(path.go) of type \(type)")
    }
    switch (schema, value) {
    case (.any, _), (.string, .string), (.time, .string), (.boolean, .bool), (.intOrString, .string),
      (.intOrString, .int), (.number, .int), (.number, .double), (.quantity, .string), (.quantity, .int),
      (.quantity, .double):
      return value
    case (.integer(let bits), .int(let number)):
      guard bits == 64 || Int32(exactly: number) != nil else {
        throw TypeMismatch(
          message: "json: cannot unmarshal number \(number) into Go struct field "
            + "\(owner.goName).\(path.go) of type int32")
      }
      return value
    case (.list(let element, _), .array(let values)):
      var decoded: [JSON] = []
      for (index, value) in values.enumerated() {
        decoded.append(try decode(value, element, path.element(index), in: owner))
      }
      return .array(decoded)
    case (.map(let element), .object(let members)):
      var decoded: [String: JSON] = [:]
      for (name, value) in members {
        decoded[name] = try decode(value, element, path, in: owner)
      }
      return .object(decoded)
    case (.object(let schema), .object(let members)): return try decode(members, schema, path)
    default: throw mismatch(Self.goType(schema))
    }
  }

  private static func goType(_ value: JSON) -> String {
    switch value {
    case .null: "null"
    case .bool: "bool"
    case .int, .double: "number"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    }
  }

  private static func goType(_ schema: Schema) -> String {
    switch schema {
    case .string: "string"
    case .boolean: "bool"
    case .integer(let bits): "int\(bits)"
    case .number: "float64"
    case .intOrString: "intstr.IntOrString"
    case .quantity: "resource.Quantity"
    case .time: "v1.Time"
    case .any: "interface {}"
    case .list(let element, _): "[]\(goType(element))"
    case .map(let element): "map[string]\(goType(element))"
    case .object(let schema): schema.goName
    }
  }
}
