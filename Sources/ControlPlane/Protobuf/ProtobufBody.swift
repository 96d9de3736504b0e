/// Reads an object in Kubernetes' protobuf envelope: four magic bytes and a runtime.Unknown message.
enum ProtobufBody {
  static let mediaType = "application/vnd.kubernetes.protobuf"

  private static let magic = Array("k8s\0".utf8)

  /// - Throws: 400 for malformed bytes, 415 for kinds that this server takes in JSON and YAML only.
  static func parse(_ bytes: [UInt8]) throws(APIError) -> JSON {
    guard bytes.starts(with: magic) else {
      throw .badRequest("the object provided is unrecognized: not in Kubernetes' protobuf envelope")
    }
    let kind: JSON
    let object: JSON?
    do throws(ProtobufReader.Malformed) {
      (kind, object) = try decode(bytes.dropFirst(magic.count))
    } catch {
      throw .badRequest("the object provided is unrecognized: malformed protobuf")
    }
    guard var object else {
      throw APIError(
        code: 415, reason: "UnsupportedMediaType",
        message: "this server does not read a \(kind["kind"]?.string ?? "body without a kind") in protobuf; "
          + "send application/json or application/yaml")
    }
    for field in ["apiVersion", "kind"] { object[field] = kind[field] }
    return object
  }

  private static func decode(
    _ envelope: ArraySlice<UInt8>
  ) throws(ProtobufReader.Malformed) -> (kind: JSON, object: JSON?) {
    var reader = ProtobufReader(envelope)
    var kind: JSON = [:]
    var raw: [UInt8] = []
    while let (number, value) = try reader.next() {
      guard case .bytes(let contents) = value else { continue }
      if number == 1 { kind = try typeMeta.decode(contents) }
      if number == 2 { raw = contents }
    }
    return (kind, try ProtobufMessage.kinds[kind["kind"]?.string ?? ""]?.decode(raw))
  }

  private static let typeMeta = ProtobufMessage([1: ("apiVersion", .string), 2: ("kind", .string)])
}
