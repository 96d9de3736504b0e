/// What would become of a policy if it were not only tried out.
public struct StagedAction: OpenEnum {
  public var rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }

  /// It would be made or changed. Empty means this.
  public static let set = StagedAction(rawValue: "Set")
  public static let delete = StagedAction(rawValue: "Delete")
  public static let learn = StagedAction(rawValue: "Learn")
  public static let ignore = StagedAction(rawValue: "Ignore")
}

/// A policy's spec, and what would become of it. In the API both stand side by side.
public struct Staged<Policy: ZeroValue & Sendable>: ZeroValue, Sendable {
  public var stagedAction: StagedAction
  public var policy: Policy

  public init() { self.init(Policy()) }

  public init(_ policy: Policy, stagedAction: StagedAction = .set) {
    self.policy = policy
    self.stagedAction = stagedAction
  }

  private enum CodingKeys: String, CodingKey { case stagedAction }

  public init(from decoder: any Decoder) throws {
    policy = try Policy(from: decoder)
    let container = try decoder.container(keyedBy: CodingKeys.self)
    stagedAction = try container.decodeIfPresent(StagedAction.self, forKey: .stagedAction) ?? .set
  }

  public func encode(to encoder: any Encoder) throws {
    try policy.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(stagedAction, forKey: .stagedAction)
  }
}
