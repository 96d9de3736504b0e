/// Why a policy, or one of its rules, cannot be enforced as it stands.
public struct PolicyProblem: Error, Hashable, Sendable {
  public var policy: PolicyKey
  /// "spec.ingress[3].source.nets[0]"
  public var path: String
  /// What is wrong there: "\"10.0.0.0/33\" is no range of addresses".
  public var reason: String
  public var consequence: Consequence

  public enum Consequence: Hashable, Sendable {
    /// Nothing passes in the policy's directions, for every endpoint that the policy might be about.
    case closesEndpoints
    /// The rule lets nothing through.
    case leavesRuleOut
    /// The rule denies everything.
    case deniesEverything
  }
}

extension PolicyProblem: CustomStringConvertible {
  /// One sentence.
  public var description: String {
    let place = policy.namespace.map { "\($0)/\(policy.name)" } ?? policy.name
    return "\(policy.kind.rawValue) \(place): \(path): \(reason); \(consequence.text)"
  }
}

extension PolicyProblem.Consequence {
  fileprivate var text: String {
    switch self {
    case .closesEndpoints: "whatever the policy might be about is closed"
    case .leavesRuleOut: "the rule is left out"
    case .deniesEverything: "the rule denies everything"
    }
  }
}

/// What is wrong with a part of a policy, while it is read.
struct PolicyMistake: Error {
  var path: String
  var reason: String

  init(_ path: String, _ reason: String) {
    self.path = path
    self.reason = reason
  }
}
