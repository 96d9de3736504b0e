/// The schemas as OpenAPI writes them.
struct SchemaDocument: Sendable {
  /// "#/definitions/" in version 2, "#/components/schemas/" in version 3.
  let referencePrefix: String

  /// All schemas that the descriptors reach, by name.
  func definitions(_ descriptors: [ResourceDescriptor]) -> [String: JSON] {
    var definitions: [String: JSON] = [:]
    for descriptor in descriptors {
      collect(descriptor.schema, into: &definitions)
      definitions[descriptor.schema.name]?["x-kubernetes-group-version-kind"] = [Self.kind(descriptor.name)]
    }
    return definitions
  }

  static func kind(_ name: ResourceName) -> JSON {
    ["group": .string(name.group), "version": .string(name.version), "kind": .string(name.kind)]
  }

  private func collect(_ schema: ObjectSchema, into definitions: inout [String: JSON]) {
    guard definitions[schema.name] == nil else { return }
    var properties: [String: JSON] = [:]
    definitions[schema.name] = [:]  // ends recursion
    for (name, field) in schema.fields {
      properties[name] = document(field, into: &definitions)
      if schema.replaced.contains(name) { properties[name]?["x-kubernetes-patch-strategy"] = "replace" }
    }
    definitions[schema.name] = JSON(members: [
      "type": "object", "properties": .object(properties),
      "required": schema.required.isEmpty ? nil : JSON(schema.required),
      "x-kubernetes-preserve-unknown-fields": schema.isOpen ? true : nil,
    ])
  }

  private func document(_ schema: Schema, into definitions: inout [String: JSON]) -> JSON {
    switch schema {
    case .string: return ["type": "string"]
    case .boolean: return ["type": "boolean"]
    case .integer(let bits): return ["type": "integer", "format": .string("int\(bits)")]
    case .number: return ["type": "number", "format": "double"]
    case .intOrString: return ["type": "string", "format": "int-or-string"]
    case .quantity: return ["type": "string"]
    case .time: return ["type": "string", "format": "date-time"]
    case .any: return ["type": "object", "x-kubernetes-preserve-unknown-fields": true]
    case .map(let element):
      return ["type": "object", "additionalProperties": document(element, into: &definitions)]
    case .object(let object):
      collect(object, into: &definitions)
      return reference(object)
    case .list(let element, let merge):
      var list: JSON = ["type": "array", "items": document(element, into: &definitions)]
      switch merge {
      case .replace: list["x-kubernetes-list-type"] = "atomic"
      case .union:
        list["x-kubernetes-list-type"] = "set"
        list["x-kubernetes-patch-strategy"] = "merge"
      case .merge(let key, let others):
        list["x-kubernetes-list-type"] = "map"
        list["x-kubernetes-list-map-keys"] = JSON([key] + others)
        list["x-kubernetes-patch-strategy"] = "merge"
        list["x-kubernetes-patch-merge-key"] = .string(key)
      }
      return list
    }
  }

  private func reference(_ schema: ObjectSchema) -> JSON {
    let reference: JSON = ["$ref": .string(referencePrefix + schema.name)]
    // Version 3 allows nothing beside a reference, so Kubernetes wraps it.
    return referencePrefix.hasPrefix("#/components") ? ["allOf": [reference], "default": [:]] : reference
  }
}
