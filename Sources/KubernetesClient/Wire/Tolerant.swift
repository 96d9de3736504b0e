/// An object that could not be read: it is there, and what it says is unknown.
public struct Undecodable: Sendable, Hashable {
  public var key: ObjectKey
  public var resourceVersion: String
  /// What is wrong and where in the object.
  public var reason: String

  public init(key: ObjectKey, resourceVersion: String, reason: String) {
    self.key = key
    self.resourceVersion = resourceVersion
    self.reason = reason
  }
}

/// One object of many: where it cannot be read its place is still known, so that it does not spoil the others.
enum Tolerant<Object: KubernetesResource>: Decodable {
  case object(Object)
  case undecodable(Undecodable)

  init(from decoder: any Decoder) throws {
    do {
      self = .object(try Object(from: decoder))
    } catch {
      guard let place = try? ObjectPlace(from: decoder) else { throw error }
      self = .undecodable(
        Undecodable(
          key: place.key, resourceVersion: place.resourceVersion,
          reason: sentence(for: error, below: decoder.codingPath.count)))
    }
  }
}

/// The little of an object that tells it from others; read where the rest is of no use or cannot be read.
struct ObjectPlace: Decodable {
  private struct Metadata: Decodable {
    var name: String
    var namespace: String?
    var resourceVersion: String?
  }

  private var metadata: Metadata

  var key: ObjectKey { ObjectKey(namespace: metadata.namespace ?? "", name: metadata.name) }
  var resourceVersion: String { metadata.resourceVersion ?? "" }
}

/// What a decoding error says, with the path of the field: "spec.ports[0].port: expected Int32".
///
/// - Parameter depth: How many keys at the start of the path to leave out.
func sentence(for error: any Error, below depth: Int = 0) -> String {
  guard let error = error as? DecodingError else { return "\(error)" }
  switch error {
  case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
    return located(context.codingPath.dropFirst(depth), context.debugDescription)
  case .keyNotFound(let key, let context):
    return located((context.codingPath + [key]).dropFirst(depth), "is missing")
  @unknown default:
    return "\(error)"
  }
}

private func located(_ path: ArraySlice<any CodingKey>, _ text: String) -> String {
  let field = path.reduce(into: "") { field, key in
    if let index = key.intValue {
      field += "[\(index)]"
    } else {
      field += field.isEmpty ? key.stringValue : ".\(key.stringValue)"
    }
  }
  let text = text.hasSuffix(".") ? String(text.dropLast()) : text
  return field.isEmpty ? text : "\(field): \(text)"
}
