import CalicoAPI

/// A policy of any kind, as the oracle goes through it.
struct OraclePolicy: Sendable {
  var owner: RuleOwner
  var tier: String
  /// Infinity where it says none.
  var order: Double
  /// What decides between policies of equal order.
  var precedence: String
  /// False where it makes no sense as a whole.
  var isReadable: Bool
  var selects: @Sendable (OracleParty) -> Bool
  /// nil where the policy is not about this direction.
  var ingress: [OracleRule]?
  var egress: [OracleRule]?

  func rules(_ direction: PolicyDirection) -> [OracleRule] { (direction == .ingress ? ingress : egress) ?? [] }

  /// Whether it has a say. One that cannot be read has one wherever it might.
  func applies(to endpoint: OracleParty, _ direction: PolicyDirection) -> Bool {
    guard (direction == .ingress ? ingress : egress) != nil else { return false }
    return selects(endpoint)
  }

  func id(_ direction: PolicyDirection, _ index: Int?) -> RuleID {
    RuleID(owner: owner, direction: direction, index: index)
  }
}

/// A rule of any kind.
struct OracleRule: Sendable {
  /// nil where it is none that is known.
  var action: RuleAction?
  /// Whether all of the rule makes sense.
  var isSound: Bool
  var match: @Sendable (OracleQuestion, [OracleParty], OracleCluster) -> Bool

  func matches(_ question: OracleQuestion, _ parties: [OracleParty], _ cluster: OracleCluster) -> Bool {
    match(question, parties, cluster)
  }
}

/// A packet, seen from an endpoint.
struct OracleQuestion {
  var packet: PolicyPacket
  var source: OracleAddress
  var destination: OracleAddress
  var direction: PolicyDirection
  var endpoint: OracleParty

  init(_ packet: PolicyPacket, _ direction: PolicyDirection, _ endpoint: OracleParty) {
    self.packet = packet
    self.direction = direction
    self.endpoint = endpoint
    // The text of an address is one.
    guard let source = OracleAddress(packet.source.description),
      let destination = OracleAddress(packet.destination.description)
    else { preconditionFailure("\(packet) has no addresses") }
    self.source = source
    self.destination = destination
  }

  /// The end that is not the endpoint's own.
  var peer: OracleAddress { direction == .ingress ? source : destination }
}

extension OracleCluster {
  var oraclePolicies: [OraclePolicy] {
    kubernetesPolicies.map(\.oraclePolicy) + clusterPolicies.map(\.oraclePolicy)
      + networkPolicies.map(\.oraclePolicy)
      // Those that are about hosts alone say nothing of pods.
      + globalPolicies.filter { !$0.spec.doNotTrack && !$0.spec.preDNAT }.map(\.oraclePolicy)
  }
}
