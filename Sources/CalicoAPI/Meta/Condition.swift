/// "True", "False" or "Unknown".
public struct ConditionStatus: OpenEnum {
  public var rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }

  public static let `true` = ConditionStatus(rawValue: "True")
  public static let `false` = ConditionStatus(rawValue: "False")
  public static let unknown = ConditionStatus(rawValue: "Unknown")
}

/// One observed condition of a Pod, Node or Service; the fields that all of them share.
public struct Condition: Codable, Hashable, Sendable {
  /// What it is about: "Ready", "NetworkUnavailable".
  public var type: String
  public var status: ConditionStatus
  @OmitZero public var reason: String
  @OmitZero public var message: String
  /// The generation of the object that this was observed on, 0 where not given.
  @OmitZero public var observedGeneration: Int64
  public var lastTransitionTime: Timestamp?
  /// When this was last seen to hold (Nodes only).
  public var lastHeartbeatTime: Timestamp?

  public init(
    type: String, status: ConditionStatus, reason: String = "", message: String = "", observedGeneration: Int64 = 0,
    lastTransitionTime: Timestamp? = nil, lastHeartbeatTime: Timestamp? = nil
  ) {
    self.type = type
    self.status = status
    self.reason = reason
    self.message = message
    self.observedGeneration = observedGeneration
    self.lastTransitionTime = lastTransitionTime
    self.lastHeartbeatTime = lastHeartbeatTime
  }
}

extension [Condition] {
  /// Whether the condition of this type is there and "True".
  public func isTrue(_ type: String) -> Bool { contains { $0.type == type && $0.status == .true } }
}
