import CalicoAPI

/// What a policy is about and where it stands, without its rules.
struct PolicyHead: Sendable {
  var owner: RuleOwner
  var tier: String
  /// Infinity where it says none.
  var order: Double
  var directions: Set<PolicyDirection>
  /// Which endpoints; what is wrong with the policy where nobody can know.
  var subject: Result<Selector, PolicyProblem>
  /// Whether it has a say about pods: policies of hosts alone have none.
  var isForPods = true

  /// Whether it has a say about an endpoint. A policy that nobody can read has one wherever it might.
  func isAbout(_ labels: some LabelSource) -> Bool {
    guard isForPods else { return false }
    return switch subject {
    case .success(let selector): selector.matches(labels)
    case .failure: true
    }
  }
}

/// A policy's rules, with selectors turned into sets.
struct PolicyBody: Sendable {
  var ingress: [EffectiveRule] = []
  var egress: [EffectiveRule] = []
  var sets: [IPSetID: IPSetDefinition] = [:]
  var problems: [PolicyProblem] = []

  func rules(_ direction: PolicyDirection) -> [EffectiveRule] { direction == .ingress ? ingress : egress }
}

extension PolicyObject {
  var head: PolicyHead {
    switch self {
    case .kubernetes(let policy): policy.policyHead(key)
    case .cluster(let policy): policy.policyHead(key)
    case .network(let policy): policy.policyHead(key)
    case .global(let policy): policy.policyHead(key)
    }
  }

  func body(_ head: PolicyHead) -> PolicyBody {
    var translation = PolicyTranslation(key: key, head: head)
    switch self {
    case .kubernetes(let policy): policy.translate(&translation)
    case .cluster(let policy): policy.translate(&translation)
    case .network(let policy): policy.spec.translate(&translation)
    case .global(let policy): policy.spec.translate(&translation)
    }
    return translation.body
  }
}

extension PolicyKey {
  /// The subject that `read` gives, or what closes every endpoint that the policy might be about.
  func subject(_ read: () throws(PolicyMistake) -> Selector) -> Result<Selector, PolicyProblem> {
    do { return .success(try read()) } catch {
      return .failure(
        PolicyProblem(policy: self, path: error.path, reason: error.reason, consequence: .closesEndpoints))
    }
  }
}

extension [PolicyType] {
  /// The directions that are named.
  func directions(_ path: String) throws(PolicyMistake) -> Set<PolicyDirection> {
    var directions: Set<PolicyDirection> = []
    for (index, type) in enumerated() {
      switch type {
      case .ingress: directions.insert(.ingress)
      case .egress: directions.insert(.egress)
      default: throw PolicyMistake("\(path)[\(index)]", "\"\(type)\" is neither Ingress nor Egress")
      }
    }
    return directions
  }
}
