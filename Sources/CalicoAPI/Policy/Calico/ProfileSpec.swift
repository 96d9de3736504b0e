/// What endpoints of a profile get: rules for what no policy decides, and labels.
public struct ProfileSpec: ZeroValue, Sendable {
  @OmitZero public var ingress: [CalicoRule]
  @OmitZero public var egress: [CalicoRule]
  @OmitZero public var labelsToApply: [String: String]

  public init() { self.init(ingress: []) }

  public init(ingress: [CalicoRule], egress: [CalicoRule] = [], labelsToApply: [String: String] = [:]) {
    self.ingress = ingress
    self.egress = egress
    self.labelsToApply = labelsToApply
  }
}
