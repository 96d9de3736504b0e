/// Reads the object in the body of a request.
struct ObjectBody: Sendable {
  var value: JSON
  /// What to tell the client in Warning headers.
  var warnings: [String] = []

  /// - Throws: 400 for malformed text, an object of another kind, fields of a wrong type, and, when strict, unknown and
  ///   duplicate fields; 415 for other formats than JSON and YAML.
  init(
    _ bytes: [UInt8], contentType: String?, as descriptor: ResourceDescriptor,
    validation: RequestOptions.FieldValidation
  ) throws(APIError) {
    let parsed = try Self.parse(bytes, contentType: contentType)
    try self.init(
      parsed.value, duplicates: parsed.duplicateFields, as: descriptor, validation: validation)
  }

  /// Checks an object that came out of a patch.
  init(
    _ value: JSON, duplicates: [String] = [], as descriptor: ResourceDescriptor,
    validation: RequestOptions.FieldValidation
  ) throws(APIError) {
    try Self.checkKind(value, descriptor)
    var decoding = SchemaDecoding()
    do throws(SchemaDecoding.TypeMismatch) {
      self.value = try decoding.decode(value, as: descriptor.schema)
    } catch {
      throw Self.cannotHandle(descriptor, error.message)
    }
    self.value["apiVersion"] = .string(descriptor.name.apiVersion)
    self.value["kind"] = .string(descriptor.name.kind)
    self.value[["metadata", "managedFields"]] = nil
    self.value[["metadata", "selfLink"]] = nil
    let complaints =
      decoding.unknownFields.map { "unknown field \"\($0)\"" } + duplicates.map { "duplicate field \"\($0)\"" }
    guard !complaints.isEmpty else { return }
    switch validation {
    case .strict:
      throw Self.cannotHandle(descriptor, "strict decoding error: \(complaints.joined(separator: ", "))")
    case .warn: warnings = complaints
    case .ignore: break
    }
  }

  private static func cannotHandle(_ descriptor: ResourceDescriptor, _ why: String) -> APIError {
    .badRequest(
      "\(descriptor.name.kind) in version \"\(descriptor.name.version)\" cannot be handled as a "
        + "\(descriptor.name.kind): \(why)")
  }

  private static func checkKind(_ value: JSON, _ descriptor: ResourceDescriptor) throws(APIError) {
    let kind = value["kind"]?.string ?? ""
    let version = value["apiVersion"]?.string ?? ""
    if !kind.isEmpty && kind != descriptor.name.kind {
      throw .badRequest(
        "the object provided is unrecognized (must be of type \(descriptor.name.kind)): it is of kind \"\(kind)\"")
    }
    if !version.isEmpty && version != descriptor.name.apiVersion {
      throw .badRequest(
        "the API version in the data (\(version)) does not match the expected API version "
          + "(\(descriptor.name.apiVersion))")
    }
  }

  static let supported = ["application/json", "application/yaml"]

  /// Reads JSON or YAML, whichever the content type says; JSON when it says nothing.
  static func parse(
    _ bytes: [UInt8], contentType: String?
  ) throws(APIError) -> (value: JSON, duplicateFields: [String]) {
    let type = MediaType(contentType ?? "application/json").name
    guard !bytes.isEmpty else { throw .badRequest("the body of the request is empty; an object is expected") }
    switch type {
    case "application/json", "", "*/*":
      do throws(JSONParser.SyntaxError) {
        return try JSONParser.parseReportingDuplicates(bytes)
      } catch {
        throw .badRequest(
          "the object provided is unrecognized: couldn't get version/kind; json parse error: \(error.message) "
            + "(at byte \(error.offset))")
      }
    case "application/yaml", "application/x-yaml", "text/yaml":
      do {
        return (try YAMLBody.parse(String(decoding: bytes, as: UTF8.self)), [])
      } catch {
        throw .badRequest("the object provided is unrecognized: yaml parse error: \(error)")
      }
    case ProtobufBody.mediaType: return (try ProtobufBody.parse(bytes), [])
    default: throw .unsupportedMediaType(type, supported: supported)
    }
  }
}
