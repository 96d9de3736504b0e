/// Where the node is that backends are chosen for.
struct NodePlace: Hashable, Sendable {
  var nodeName: String
  /// Its label `topology.kubernetes.io/zone`; empty where it has none.
  var zone = ""
}

/// How near endpoints are to stay, by the hints in EndpointSlices. The rules are kube-proxy's.
enum TopologyMode: Equatable {
  /// Hints do not count.
  case anywhere
  case sameNode
  case sameZone

  /// Hints count only where every ready endpoint has one and one of them is for this place: otherwise some node would be left
  /// without endpoints, or with too few. Those for nodes come before those for zones.
  init(ready: some Collection<(nodeHints: Set<String>, zoneHints: Set<String>)>, at place: NodePlace) {
    self = .anywhere
    if ready.isEmpty { return }
    if ready.allSatisfy({ !$0.nodeHints.isEmpty }), ready.contains(where: { $0.nodeHints.contains(place.nodeName) }) {
      self = .sameNode
    } else if ready.allSatisfy({ !$0.zoneHints.isEmpty }), ready.contains(where: { $0.zoneHints.contains(place.zone) })
    {
      self = .sameZone
    }
  }

  /// Whether an endpoint with these hints is near enough.
  func admits(_ hints: (nodeHints: Set<String>, zoneHints: Set<String>), at place: NodePlace) -> Bool {
    switch self {
    case .anywhere: true
    case .sameNode: hints.nodeHints.contains(place.nodeName)
    case .sameZone: hints.zoneHints.contains(place.zone)
    }
  }
}
