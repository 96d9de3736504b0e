/// The `apiVersion` of a kind: takes no memory, is written always, and where it is given it must be the right one.
///
/// Items of a list carry no `apiVersion`, so its absence is fine.
public struct APIVersionOf<Kind: KubernetesObject>: Codable, Hashable, Sendable {
  public init() {}

  public init(from decoder: any Decoder) throws {
    try requireEqual(Kind.apiVersion, "apiVersion", try decoder.singleValueContainer())
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(Kind.apiVersion)
  }
}

/// The `kind` of a kind: takes no memory, is written always, and where it is given it must be the right one.
public struct KindOf<Kind: KubernetesObject>: Codable, Hashable, Sendable {
  public init() {}

  public init(from decoder: any Decoder) throws {
    try requireEqual(Kind.kind, "kind", try decoder.singleValueContainer())
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(Kind.kind)
  }
}

private func requireEqual(_ expected: String, _ field: String, _ container: any SingleValueDecodingContainer) throws {
  let found = try container.decode(String.self)
  guard found == expected || found.isEmpty else {
    throw DecodingError.dataCorruptedError(
      in: container, debugDescription: "\(field) is \"\(found)\", expected \"\(expected)\"")
  }
}

extension KeyedDecodingContainer {
  public func decode<Kind>(_: APIVersionOf<Kind>.Type, forKey key: Key) throws -> APIVersionOf<Kind> {
    try decodeIfPresent(APIVersionOf<Kind>.self, forKey: key) ?? APIVersionOf()
  }

  public func decode<Kind>(_: KindOf<Kind>.Type, forKey key: Key) throws -> KindOf<Kind> {
    try decodeIfPresent(KindOf<Kind>.self, forKey: key) ?? KindOf()
  }
}
