/// Which of an endpoint's traffic a policy is about, seen from the endpoint.
public struct PolicyType: OpenEnum {
  public var rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }

  /// What it receives.
  public static let ingress = PolicyType(rawValue: "Ingress")
  /// What it sends.
  public static let egress = PolicyType(rawValue: "Egress")
}
