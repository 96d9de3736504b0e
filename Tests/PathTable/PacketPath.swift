/// A way that packets take inside the cluster, or into it. The raw value is what the table calls it.
public enum PacketPath: String, CaseIterable, Sendable {
  case podToPodHere = "pod → pod on the same node"
  case podToPodThere = "pod → pod on another node"
  case podToServiceHere = "pod → service → pod on the same node"
  case podToServiceThere = "pod → service → pod on another node"
  case podToServiceItself = "pod → service → the pod itself"
  case podToServiceOwnNode = "pod → service → its own node"
  case podToServiceOtherNode = "pod → service → another node"
  case podToOwnNode = "pod → its own node"
  case podToOtherNode = "pod → another node"
  case hostToPodHere = "host → pod on the same node"
  case hostToPodThere = "host → pod on another node"
  case hostToServiceHere = "host → service → pod on the same node"
  case hostToServiceThere = "host → service → pod on another node"
  case hostToServiceItself = "host → service → the host itself"
  case hostToServiceOtherNode = "host → service → another host"
  case podToOutsideTranslated = "pod → outside, natOutgoing"
  case podToOutside = "pod → outside, no natOutgoing"
  case podToNodePortHere = "pod → another node's NodePort → pod on the same node"
  case podToNodePortThere = "pod → another node's NodePort → pod on another node"
  case hostToNodePortHere = "host → another node's NodePort → pod on the same node"
  case hostToNodePortThere = "host → another node's NodePort → pod on another node"
  case outsideToNodePortHere = "outside → NodePort → pod on that node"
  case outsideToNodePortThere = "outside → NodePort → pod on another node, Tunnel"
  case outsideToNodePortDirect = "outside → NodePort → pod on another node, DSR"
  case outsideToNodePortHost = "outside → NodePort → that node"
  case outsideToNodePortOtherHost = "outside → NodePort → another node, Tunnel"
  case outsideToNodePortOtherHostDirect = "outside → NodePort → another node, DSR"
  case outsideToExternalHere = "outside → external IP → pod on the node that it leads to"
  case outsideToExternalThere = "outside → external IP → pod on another node, Tunnel"
  case outsideToExternalDirect = "outside → external IP → pod on another node, DSR"
  case outsideToMaglevHere = "outside → Maglev → pod on the node that it leads to"
  case outsideToMaglevThere = "outside → Maglev → pod on another node, Tunnel"
  case outsideToMaglevDirect = "outside → Maglev → pod on another node, DSR"
  case outsideToMaglevMovedHere = "outside → Maglev, by node3 before → pod on the node that it leads to"
  case outsideToMaglevMovedThere = "outside → Maglev, by node3 before → pod on another node, Tunnel"
  case outsideToMaglevMovedDirect = "outside → Maglev, by node3 before → pod on another node, DSR"
  case outsideToSecondHere = "outside → NodePort at a second interface → pod on that node"
  case outsideToSecondThere = "outside → NodePort at a second interface → pod on another node, Tunnel"
  case outsideToSecondDirect = "outside → NodePort at a second interface → pod on another node, DSR"
}

/// What a client dials.
public enum PathFront: Sendable {
  /// The server itself.
  case none
  case clusterAddress
  /// A service's port at a node: at node 1 from outside, else at node 2.
  case nodePort
  /// One of `externalIPs`, or a load balancer's, which are the same to the programs; it leads to node 1.
  case externalAddress
  /// The same of a service with a Maglev table.
  case maglevAddress
  /// A service's port at the address that node 1 has at its second interface.
  case secondNodePort
}

/// Who talks. The client's node is node 1, another node is node 2.
public enum PathEnd: CaseIterable, Sendable {
  case clientPod
  case podHere
  case podThere
  case ownNode
  case otherNode
  case outside
  /// Outside, behind the nodes' second interfaces.
  case farOutside

  public var isOutside: Bool { self == .outside || self == .farOutside }
}

extension PacketPath {
  public var client: PathEnd {
    switch self {
    case .hostToPodHere, .hostToPodThere, .hostToServiceHere, .hostToServiceThere, .hostToServiceItself,
      .hostToServiceOtherNode, .hostToNodePortHere, .hostToNodePortThere:
      .ownNode
    case .outsideToSecondHere, .outsideToSecondThere, .outsideToSecondDirect: .farOutside
    case _ where rawValue.hasPrefix("outside"): .outside
    default: .clientPod
    }
  }

  /// Who answers in the end.
  public var server: PathEnd {
    switch self {
    case .podToPodHere, .podToServiceHere, .hostToPodHere, .hostToServiceHere, .podToNodePortHere, .hostToNodePortHere,
      .outsideToNodePortHere, .outsideToExternalHere, .outsideToMaglevHere, .outsideToMaglevMovedHere,
      .outsideToSecondHere:
      .podHere
    case .podToPodThere, .podToServiceThere, .hostToPodThere, .hostToServiceThere, .podToNodePortThere,
      .hostToNodePortThere, .outsideToNodePortThere, .outsideToNodePortDirect, .outsideToExternalThere,
      .outsideToExternalDirect, .outsideToMaglevThere, .outsideToMaglevDirect, .outsideToMaglevMovedThere,
      .outsideToMaglevMovedDirect, .outsideToSecondThere, .outsideToSecondDirect:
      .podThere
    case .podToServiceItself: .clientPod
    case .podToServiceOwnNode, .podToOwnNode, .hostToServiceItself, .outsideToNodePortHost: .ownNode
    case .podToServiceOtherNode, .podToOtherNode, .hostToServiceOtherNode, .outsideToNodePortOtherHost,
      .outsideToNodePortOtherHostDirect:
      .otherNode
    case .podToOutsideTranslated, .podToOutside: .outside
    }
  }

  public var front: PathFront {
    if client == .farOutside { return .secondNodePort }
    if rawValue.contains("NodePort") { return .nodePort }
    if rawValue.contains("Maglev") { return .maglevAddress }
    if rawValue.contains("external IP") { return .externalAddress }
    return rawValue.contains("service") ? .clusterAddress : .none
  }

  /// Whether the client dials a service instead of the server.
  public var hasService: Bool { front != .none }

  /// Whose port a client dials that dials a node's.
  public var dialledNode: PathEnd { client.isOutside ? .ownNode : .otherNode }

  /// `bpfExternalServiceMode: DSR`; what the mode changes nothing of was tried with `Tunnel`.
  public var returnsDirectly: Bool { rawValue.hasSuffix("DSR") }

  /// Whether the flow came by node 3 until it was established, and comes by node 1 since.
  public var moves: Bool { rawValue.contains("by node3 before") }

  /// Whether it was tried with SCTP, too.
  public var hasAssociations: Bool {
    [
      .podToServiceHere, .podToServiceThere, .outsideToNodePortHere, .outsideToNodePortThere, .outsideToNodePortDirect,
    ].contains(self)
  }
}
