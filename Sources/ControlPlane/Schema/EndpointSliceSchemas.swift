private let discovery = "io.k8s.api.discovery.v1."

extension ObjectSchema {
  static let endpointSlice = ObjectSchema.kind(
    discovery + "EndpointSlice", required: ["addressType", "endpoints"],
    ["addressType": .string, "endpoints": .list(.object(endpoint)), "ports": .list(.object(endpointPort))])

  private static let endpoint = ObjectSchema(
    discovery + "Endpoint", required: ["addresses"],
    [
      "addresses": .list(.string),
      "conditions": .object(
        ObjectSchema(
          discovery + "EndpointConditions", ["ready": .boolean, "serving": .boolean, "terminating": .boolean])),
      "deprecatedTopology": .map(.string),
      "hints": .object(ObjectSchema(discovery + "EndpointHints", ["forZones": .list(.any), "forNodes": .list(.any)])),
      "hostname": .string, "nodeName": .string, "targetRef": .object(objectReference), "zone": .string,
    ])

  private static let endpointPort = ObjectSchema(
    discovery + "EndpointPort",
    ["appProtocol": .string, "name": .string, "port": .int32, "protocol": .string])
}
