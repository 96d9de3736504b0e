/// One line of a watch.
public enum WatchEvent<Object: KubernetesResource>: Sendable {
  case added(Object)
  case modified(Object)
  /// The object is gone; the version is that of its deletion.
  case deleted(ObjectKey, resourceVersion: String)
  /// All changes up to this version were sent.
  case bookmark(resourceVersion: String)
  /// The watch is over.
  case error(APIStatus)
  /// An object was added or modified, and its new state could not be read.
  case undecodable(Undecodable)
}

extension WatchEvent: Decodable {
  private enum CodingKeys: String, CodingKey { case type, object }

  private struct Bookmark: Decodable {
    struct Metadata: Decodable { var resourceVersion: String }
    var metadata: Metadata
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let type = try container.decode(String.self, forKey: .type)
    switch type {
    case "ADDED", "MODIFIED":
      switch try container.decode(Tolerant<Object>.self, forKey: .object) {
      case .object(let object): self = type == "ADDED" ? .added(object) : .modified(object)
      case .undecodable(let object): self = .undecodable(object)
      }
    case "DELETED":
      let object = try container.decode(ObjectPlace.self, forKey: .object)
      self = .deleted(object.key, resourceVersion: object.resourceVersion)
    case "BOOKMARK":
      let bookmark = try container.decode(Bookmark.self, forKey: .object)
      self = .bookmark(resourceVersion: bookmark.metadata.resourceVersion)
    case "ERROR":
      self = .error(try container.decode(APIStatus.self, forKey: .object))
    default:
      throw DecodingError.dataCorruptedError(
        forKey: .type, in: container, debugDescription: "\"\(type)\" is no type of a watch event")
    }
  }
}
