/// The server's answer where it is not an object (metav1.Status).
public struct APIStatus: Sendable, Hashable {
  /// The HTTP status code.
  public var code: Int
  /// One word for machines: "NotFound", "Conflict", "Expired".
  public var reason: String
  public var message: String
  public var causes: [Cause]
  /// Seconds to wait before another attempt, 0 where the server does not say.
  public var retryAfterSeconds: Int

  /// One reason for an error, usually one bad field.
  public struct Cause: Sendable, Hashable {
    public var reason: String
    public var message: String
    /// The field's path: "spec.ports[0].port".
    public var field: String

    public init(reason: String, message: String, field: String) {
      self.reason = reason
      self.message = message
      self.field = field
    }
  }

  public init(code: Int, reason: String = "", message: String = "", causes: [Cause] = [], retryAfterSeconds: Int = 0) {
    self.code = code
    self.reason = reason
    self.message = message
    self.causes = causes
    self.retryAfterSeconds = retryAfterSeconds
  }

  /// Whether the resourceVersion or page token that was asked for is no longer (or not yet) served, so that only a
  /// new list helps.
  var isExpired: Bool {
    code == 410 || reason == "Expired" || reason == "Gone" || causes.contains { $0.reason == "ResourceVersionTooLarge" }
  }
}

extension APIStatus: Decodable {
  private enum CodingKeys: String, CodingKey { case code, reason, message, details }
  private enum DetailsKeys: String, CodingKey { case causes, retryAfterSeconds }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      code: try container.decodeIfPresent(Int.self, forKey: .code) ?? 0,
      reason: try container.decodeIfPresent(String.self, forKey: .reason) ?? "",
      message: try container.decodeIfPresent(String.self, forKey: .message) ?? "")
    guard let details = try? container.nestedContainer(keyedBy: DetailsKeys.self, forKey: .details) else { return }
    causes = try details.decodeIfPresent([Cause].self, forKey: .causes) ?? []
    retryAfterSeconds = try details.decodeIfPresent(Int.self, forKey: .retryAfterSeconds) ?? 0
  }
}

extension APIStatus.Cause: Decodable {
  private enum CodingKeys: String, CodingKey { case reason, message, field }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    reason = try container.decodeIfPresent(String.self, forKey: .reason) ?? ""
    message = try container.decodeIfPresent(String.self, forKey: .message) ?? ""
    field = try container.decodeIfPresent(String.self, forKey: .field) ?? ""
  }
}

extension APIStatus: CustomStringConvertible {
  /// "409 Conflict: the object has been modified".
  public var description: String {
    let head = reason.isEmpty ? "\(code)" : "\(code) \(reason)"
    return message.isEmpty ? head : "\(head): \(message)"
  }
}
