import Policy

/// What is enforced at a pod.
public struct WorkloadPolicy: Hashable, Sendable {
  public var ingress: EffectivePolicy
  public var egress: EffectivePolicy

  public init(ingress: EffectivePolicy, egress: EffectivePolicy) {
    self.ingress = ingress
    self.egress = egress
  }

  subscript(direction: PolicyDirection) -> EffectivePolicy { direction == .ingress ? ingress : egress }
}

/// Members that sets have got and lost, since it was told before.
public typealias MembershipChanges = [IPSetID: MembershipChange]
