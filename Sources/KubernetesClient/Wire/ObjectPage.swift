/// A page of a list.
public struct ObjectPage<Object: KubernetesResource>: Sendable {
  public var items: [Object]
  /// Objects that are there but could not be read.
  public var undecodable: [Undecodable]
  /// The version of the whole collection; a watch that starts here misses nothing.
  public var resourceVersion: String
  /// The token for the next page, empty on the last.
  public var continueToken: String

  public init(
    items: [Object], undecodable: [Undecodable] = [], resourceVersion: String, continueToken: String = ""
  ) {
    self.items = items
    self.undecodable = undecodable
    self.resourceVersion = resourceVersion
    self.continueToken = continueToken
  }
}

extension ObjectPage: Decodable {
  private enum CodingKeys: String, CodingKey { case metadata, items }
  private enum MetadataKeys: String, CodingKey { case resourceVersion, `continue` }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let metadata = try container.nestedContainer(keyedBy: MetadataKeys.self, forKey: .metadata)
    self.init(
      items: [], resourceVersion: try metadata.decodeIfPresent(String.self, forKey: .resourceVersion) ?? "",
      continueToken: try metadata.decodeIfPresent(String.self, forKey: .continue) ?? "")
    // Go writes an empty slice as null.
    guard try container.contains(.items) && !container.decodeNil(forKey: .items) else { return }
    var list = try container.nestedUnkeyedContainer(forKey: .items)
    items.reserveCapacity(list.count ?? 0)
    while !list.isAtEnd {
      switch try list.decode(Tolerant<Object>.self) {
      case .object(let object): items.append(object)
      case .undecodable(let object): undecodable.append(object)
      }
    }
  }
}
