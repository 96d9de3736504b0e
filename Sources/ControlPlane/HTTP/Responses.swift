import HTTPTypes
import Hummingbird
import NIOCore

extension Response {
  /// A JSON, or where the client wants it YAML, document.
  static func document(
    _ value: JSON, status: HTTPResponse.Status = .ok, as representation: Representation = .json,
    warnings: [String] = []
  ) -> Response {
    if case .yaml = representation, let text = try? YAMLBody.text(value) {
      return bytes(Array(text.utf8), status: status, contentType: "application/yaml", warnings: warnings)
    }
    return bytes(value.encoded, status: status, contentType: "application/json", warnings: warnings)
  }

  static func bytes(
    _ bytes: [UInt8], status: HTTPResponse.Status = .ok, contentType: String, warnings: [String] = []
  ) -> Response {
    var headers = HTTPFields([HTTPField(name: .contentType, value: contentType)])
    headers[.cacheControl] = "no-cache, private"
    if let warning = HTTPField.Name("Warning") {
      for text in warnings {
        let quoted = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        headers.append(HTTPField(name: warning, value: "299 - \"\(quoted)\""))
      }
    }
    return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }

  static func failure(_ error: APIError) -> Response {
    document(error.status, status: HTTPResponse.Status(code: error.code))
  }

  static func text(_ text: String) -> Response {
    bytes(Array(text.utf8), contentType: "text/plain; charset=utf-8")
  }
}
