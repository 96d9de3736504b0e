/// The server's answer where it is not an object: an error, or the success of a deletion (metav1.Status).
public struct Status: Hashable, Sendable {
  /// "Success" or "Failure".
  @OmitZero public var status: String
  @OmitZero public var message: String
  /// One word for machines: "NotFound", "Conflict", "Expired".
  @OmitZero public var reason: String
  /// The HTTP status code.
  @OmitZero public var code: Int32
  public var details: StatusDetails?

  public init(
    status: String = "Failure", message: String = "", reason: String = "", code: Int32 = 0,
    details: StatusDetails? = nil
  ) {
    self.status = status
    self.message = message
    self.reason = reason
    self.code = code
    self.details = details
  }
}

extension Status: Codable {
  private enum CodingKeys: String, CodingKey { case apiVersion, kind, metadata, status, message, reason, code, details }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    _status = try container.decode(OmitZero<String>.self, forKey: .status)
    _message = try container.decode(OmitZero<String>.self, forKey: .message)
    _reason = try container.decode(OmitZero<String>.self, forKey: .reason)
    _code = try container.decode(OmitZero<Int32>.self, forKey: .code)
    details = try container.decodeIfPresent(StatusDetails.self, forKey: .details)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode("v1", forKey: .apiVersion)
    try container.encode("Status", forKey: .kind)
    try container.encode(ListMeta(), forKey: .metadata)
    try container.encode(_status, forKey: .status)
    try container.encode(_message, forKey: .message)
    try container.encode(_reason, forKey: .reason)
    try container.encode(_code, forKey: .code)
    try container.encodeIfPresent(details, forKey: .details)
  }
}

/// What a `Status` is about (metav1.StatusDetails).
public struct StatusDetails: Codable, Hashable, Sendable {
  @OmitZero public var name: String
  @OmitZero public var group: String
  @OmitZero public var kind: String
  @OmitZero public var uid: String
  @OmitZero public var causes: [StatusCause]
  /// Seconds to wait before another attempt, 0 where the server does not say.
  @OmitZero public var retryAfterSeconds: Int32

  public init(
    name: String = "", group: String = "", kind: String = "", uid: String = "", causes: [StatusCause] = [],
    retryAfterSeconds: Int32 = 0
  ) {
    self.name = name
    self.group = group
    self.kind = kind
    self.uid = uid
    self.causes = causes
    self.retryAfterSeconds = retryAfterSeconds
  }
}

/// One reason for an error, usually one bad field (metav1.StatusCause).
public struct StatusCause: Codable, Hashable, Sendable {
  @OmitZero public var reason: String
  @OmitZero public var message: String
  /// The field's path: "spec.ports[0].port".
  @OmitZero public var field: String

  public init(reason: String = "", message: String = "", field: String = "") {
    self.reason = reason
    self.message = message
    self.field = field
  }
}
