/// What all of Calico's policies say, whatever their kind.
public protocol CalicoPolicySpec: ZeroValue, Sendable {
  var tier: String { get set }
  var order: Double? { get set }
  var selector: String { get set }
  var serviceAccountSelector: String { get set }
  var ingress: [CalicoRule] { get set }
  var egress: [CalicoRule] { get set }
  var types: [PolicyType] { get set }
  var performanceHints: [PerformanceHint] { get set }
}

extension NetworkPolicySpec: CalicoPolicySpec {}
extension GlobalNetworkPolicySpec: CalicoPolicySpec {}

extension CalicoPolicySpec {
  /// `tier`, or "default" where it is empty.
  public var effectiveTier: String { tier.isEmpty ? StandardTier.default.name : tier }

  /// `types`, or what an empty one means: those that have rules, Ingress where none has.
  public var effectiveTypes: [PolicyType] {
    if !types.isEmpty { return types }
    if egress.isEmpty { return [.ingress] }
    return ingress.isEmpty ? [.egress] : [.ingress, .egress]
  }

  public func appliesTo(_ type: PolicyType) -> Bool { effectiveTypes.contains(type) }

  public func rules(_ type: PolicyType) -> [CalicoRule] { type == .egress ? egress : ingress }
}
