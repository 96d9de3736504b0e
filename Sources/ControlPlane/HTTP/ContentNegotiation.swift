/// The form in which a client wants objects.
enum Representation: Sendable, Equatable {
  case json
  case yaml
  /// `meta.k8s.io` Table of a version.
  case table(version: String)
  /// Only the metadata of objects.
  case partialMetadata(version: String)

  static let supported = ["application/json", "application/yaml"]

  /// Picks the first form in an Accept header that this server has.
  init(accept: String?) throws(APIError) {
    guard let accept, !accept.isEmpty else {
      self = .json
      return
    }
    for range in accept.split(separator: ",") {
      if let representation = MediaType(String(range)).representation {
        self = representation
        return
      }
    }
    throw .notAcceptable(supported: Self.supported)
  }
}

/// A media type with its parameters.
struct MediaType: Sendable, Equatable {
  /// In lower case, e.g. "application/json".
  let name: String
  let parameters: [String: String]

  init(_ text: String) {
    let parts = text.split(separator: ";").map { Self.trimmed($0) }
    name = parts.first?.lowercased() ?? ""
    parameters = Dictionary(
      parts.dropFirst().map { part in
        let pair = part.split(separator: "=", maxSplits: 1).map { Self.trimmed($0) }
        return (pair.first ?? "", pair.count == 2 ? pair[1] : "")
      }, uniquingKeysWith: { first, _ in first })
  }

  private static func trimmed(_ text: Substring) -> String {
    String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }

  var representation: Representation? {
    let version = parameters["v"] ?? "v1"
    switch (name, parameters["as"]) {
    case ("application/json", "Table"): return .table(version: version)
    case ("application/json", "PartialObjectMetadata"), ("application/json", "PartialObjectMetadataList"):
      return .partialMetadata(version: version)
    case ("application/json", nil), ("*/*", nil), ("application/*", nil): return .json
    case ("application/yaml", nil): return .yaml
    default: return nil
    }
  }
}
