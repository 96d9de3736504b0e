import Foundation

/// Where the next page of a list begins: behind a key, as of the revision of the first page.
struct ContinueToken: Sendable, Equatable {
  var revision: Int64
  var namespace: String
  var name: String

  init(revision: Int64, after key: ObjectKey) {
    self.revision = revision
    namespace = key.namespace
    name = key.name
  }

  init(_ text: String) throws(APIError) {
    guard let data = Data(base64Encoded: text), let value = try? JSONParser.parse(data),
      let revision = value["rv"]?.int, let namespace = value["ns"]?.string, let name = value["name"]?.string
    else { throw .badRequest("continue key is not valid: \"\(text)\" was not made by this server") }
    self.revision = revision
    self.namespace = namespace
    self.name = name
  }

  /// Opaque to clients.
  var text: String {
    let value: JSON = ["rv": .int(revision), "ns": .string(namespace), "name": .string(name)]
    return Data(value.encoded).base64EncodedString()
  }
}
