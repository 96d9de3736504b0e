/// A way that packets take inside the cluster. The raw value is what the table calls it.
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
}

/// Who talks. The client's node is node 1, another node is node 2.
public enum PathEnd: Sendable {
  case clientPod
  case podHere
  case podThere
  case ownNode
  case otherNode
  case outside
}

extension PacketPath {
  public var client: PathEnd {
    switch self {
    case .hostToPodHere, .hostToPodThere, .hostToServiceHere, .hostToServiceThere, .hostToServiceItself,
      .hostToServiceOtherNode:
      .ownNode
    default: .clientPod
    }
  }

  /// Who answers in the end.
  public var server: PathEnd {
    switch self {
    case .podToPodHere, .podToServiceHere, .hostToPodHere, .hostToServiceHere: .podHere
    case .podToPodThere, .podToServiceThere, .hostToPodThere, .hostToServiceThere: .podThere
    case .podToServiceItself: .clientPod
    case .podToServiceOwnNode, .podToOwnNode, .hostToServiceItself: .ownNode
    case .podToServiceOtherNode, .podToOtherNode, .hostToServiceOtherNode: .otherNode
    case .podToOutsideTranslated, .podToOutside: .outside
    }
  }

  /// Whether the client dials a ClusterIP instead of the server.
  public var hasService: Bool { rawValue.contains("service") }
}
