import CalicoAPI

/// A transport protocol and some of its destination ports, as the policies of Kubernetes name them.
struct TransportPorts {
  enum Port: Hashable {
    case range(ClosedRange<UInt16>)
    case named(String)
  }

  /// nil is any, and goes with no ports or with names of them alone.
  var proto: UInt8?
  /// nil is any.
  var ports: Set<Port>?

  static let any = TransportPorts(proto: nil, ports: nil)
}

extension TransportPorts {
  /// One for each protocol; of none: any. All ports of a protocol leave no single one of it to be said.
  static func merged(_ all: [TransportPorts]) -> [TransportPorts] {
    if all.isEmpty { return [.any] }
    var byProtocol: [UInt8?: TransportPorts] = [:]
    for one in all {
      guard let known = byProtocol[one.proto] else {
        byProtocol[one.proto] = one
        continue
      }
      byProtocol[one.proto]?.ports = known.ports.flatMap { known in one.ports.map(known.union) }
    }
    return byProtocol.values.sorted { $0.proto ?? 0 < $1.proto ?? 0 }
  }

  /// - Parameter receivers: whose ports are meant by names.
  func choice(_ receivers: Selector, _ sets: inout [IPSetID: IPSetDefinition]) -> Choice<PortMatch> {
    guard let ports else { return .any }
    var matches: Set<PortMatch> = []
    for port in ports {
      switch port {
      case .range(let range): matches.insert(.range(range))
      case .named(let name):
        for proto in proto.map({ [$0] }) ?? PortProtocol.numbers {
          matches.insert(.members(sets.need(.namedPort(receivers, name: name, proto: proto))))
        }
      }
    }
    return .among(matches)
  }
}

/// Somebody at the other end, as the policies of Kubernetes name them.
struct KubernetesPeer {
  var match: PeerMatch
  /// Whose ports are meant by names where it receives.
  var receivers: Selector

  /// Anybody.
  static let any = KubernetesPeer(match: PeerMatch(), receivers: .all)

  static func selected(_ selector: Selector, _ sets: inout [IPSetID: IPSetDefinition]) -> KubernetesPeer {
    KubernetesPeer(match: PeerMatch(sets: [sets.need(.selector(selector))]), receivers: selector)
  }
}

extension PolicyTranslation {
  /// Each of the peers with each of the protocols.
  ///
  /// - Parameter subject: whose ports are meant by names where the policy's own end receives.
  static func matches(
    _ direction: PolicyDirection, _ peers: [KubernetesPeer], _ transports: [TransportPorts], subject: Selector,
    _ sets: inout [IPSetID: IPSetDefinition]
  ) -> [RuleMatch] {
    var matches: [RuleMatch] = []
    for transport in transports {
      for peer in peers {
        var match = RuleMatch(transport: TransportMatch(proto: transport.proto))
        switch direction {
        case .ingress:
          match.source = peer.match
          match.destination.ports = transport.choice(subject, &sets)
        case .egress:
          match.destination = peer.match
          match.destination.ports = transport.choice(peer.receivers, &sets)
        }
        matches.append(match)
      }
    }
    return matches
  }
}
