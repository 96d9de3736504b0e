/// The envelope of a list (metav1.List): a page of objects of one kind, and where the next page starts.
public struct ObjectList<Item: KubernetesObject>: Hashable, Sendable {
  public var metadata: ListMeta
  public var items: [Item]

  public init(metadata: ListMeta = ListMeta(), items: [Item] = []) {
    self.metadata = metadata
    self.items = items
  }
}

extension ObjectList: Codable {
  private enum CodingKeys: String, CodingKey { case apiVersion, kind, metadata, items }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    metadata = try container.decodeIfPresent(ListMeta.self, forKey: .metadata) ?? ListMeta()
    // Go writes an empty slice as null.
    items = try container.decodeIfPresent([Item].self, forKey: .items) ?? []
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(Item.apiVersion, forKey: .apiVersion)
    try container.encode(Item.kind + "List", forKey: .kind)
    try container.encode(metadata, forKey: .metadata)
    try container.encode(items, forKey: .items)
  }
}

/// The metadata of a list (metav1.ListMeta).
public struct ListMeta: ZeroValue, Sendable {
  /// The version of the whole collection; a watch that starts here misses nothing.
  @OmitZero public var resourceVersion: String
  /// The token for the next page, empty on the last.
  @OmitZero public var `continue`: String
  public var remainingItemCount: Int64?

  public init() { self.init(resourceVersion: "") }

  public init(resourceVersion: String, continue: String = "", remainingItemCount: Int64? = nil) {
    self.resourceVersion = resourceVersion
    self.continue = `continue`
    self.remainingItemCount = remainingItemCount
  }
}
