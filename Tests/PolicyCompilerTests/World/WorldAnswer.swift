import Policy

/// What becomes of a packet, and who decided it.
struct WorldAnswer: Hashable, CustomStringConvertible {
  var isAllowed: Bool
  /// Of the last one that was asked.
  var rule: RuleID
  /// Whether a rule with the action Log matched, of anyone that was asked.
  var isLogged: Bool

  var description: String {
    "\(isAllowed ? "allowed" : "denied") by \(rule)\(isLogged ? ", logged" : "")"
  }
}

/// A pod of the node and the direction in which it is asked.
struct WorldStop: Hashable, CustomStringConvertible {
  var pod: PolicyEndpointID
  var direction: PolicyDirection

  var description: String { "\(direction.rawValue) of \(pod)" }
}

/// A flow's first packet, and whom it meets on the node: the pod that sends it, then the one that receives it.
struct WorldQuestion: CustomStringConvertible {
  /// One or two of them.
  var stops: [WorldStop]
  var packet: PolicyPacket

  var description: String { "\(packet); asked: \(stops)" }
}
