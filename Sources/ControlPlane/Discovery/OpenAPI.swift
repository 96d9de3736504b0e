/// The OpenAPI documents: enough for kubectl to validate, to patch and to know that the server checks fields itself.
struct OpenAPI: Sendable {
  let registry: ResourceRegistry

  private static let info: JSON = ["title": "Kubernetes", "version": ServerVersion.json["gitVersion"] ?? ""]

  /// /openapi/v2
  var version2: JSON {
    let definitions = SchemaDocument(referencePrefix: "#/definitions/").definitions(registry.resources)
    return [
      "swagger": "2.0", "info": Self.info, "paths": .object(paths(registry.resources, version3: false)),
      "definitions": .object(definitions),
    ]
  }

  /// /openapi/v3: where the documents of the group versions are.
  var version3Index: JSON {
    let versions = ["api/v1"] + registry.groupVersions.map { "apis/\($0.group)/\($0.version)" }
    let entries = versions.map { ($0, JSON.object(["serverRelativeURL": .string("/openapi/v3/\($0)")])) }
    return ["paths": .object(Dictionary(entries, uniquingKeysWith: { first, _ in first }))]
  }

  /// /openapi/v3/api/v1 and /openapi/v3/apis/GROUP/VERSION; nil for a version that is not served.
  func version3(group: String, version: String) -> JSON? {
    let resources = registry.resources(group: group, version: version)
    guard !resources.isEmpty else { return nil }
    let schemas = SchemaDocument(referencePrefix: "#/components/schemas/").definitions(resources)
    return [
      "openapi": "3.0.0", "info": Self.info, "paths": .object(paths(resources, version3: true)),
      "components": ["schemas": .object(schemas)],
    ]
  }

  private func paths(_ descriptors: [ResourceDescriptor], version3: Bool) -> [String: JSON] {
    var paths: [String: JSON] = [:]
    for descriptor in descriptors {
      let name = descriptor.name
      let root = name.group.isEmpty ? "/api/\(name.version)" : "/apis/\(name.group)/\(name.version)"
      let collection = root + (descriptor.namespaced ? "/namespaces/{namespace}" : "") + "/\(name.plural)"
      let kind = SchemaDocument.kind(name)
      func operation(_ action: String, _ parameters: [String]) -> JSON {
        let listed = parameters.map { parameter -> JSON in
          version3
            ? ["name": .string(parameter), "in": "query", "schema": ["type": "string", "uniqueItems": true]]
            : ["name": .string(parameter), "in": "query", "type": "string", "uniqueItems": true]
        }
        return [
          "x-kubernetes-action": .string(action), "x-kubernetes-group-version-kind": kind,
          "parameters": .array(listed), "responses": ["200": ["description": "OK"]],
        ]
      }
      let writing = ["dryRun", "fieldManager", "fieldValidation"]
      paths[collection] = [
        "get": operation("list", ["continue", "fieldSelector", "labelSelector", "limit", "resourceVersion", "watch"]),
        "post": operation("post", writing), "delete": operation("deletecollection", ["dryRun", "labelSelector"]),
      ]
      paths[collection + "/{name}"] = [
        "get": operation("get", []), "put": operation("put", writing), "patch": operation("patch", writing + ["force"]),
        "delete": operation("delete", ["dryRun", "gracePeriodSeconds", "propagationPolicy"]),
      ]
    }
    return paths
  }
}
