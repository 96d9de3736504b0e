import DataplaneABI

/// Which endpoints a service port sends new connections to.
///
/// The rules are kube-proxy's (KEP-1669): the ready ones; when none is ready, those that drain but still serve. Traffic that
/// has to stay on the node goes by them with the node's endpoints alone.
struct BackendChoice<Address: TextualIPAddress> {
  /// Everything known about an address and port, whichever slices say it.
  private struct Candidate {
    var condition = EndpointCondition.unavailable
    var isLocal = false
    var hints: (nodeHints: Set<String>, zoneHints: Set<String>) = ([], [])
  }

  /// One list for both kinds of traffic.
  struct Backends {
    /// Local ones that only what stays on the node gets, the other local ones, remote ones; each part in order.
    var list: [Backend<Address>] = []
    var localCount = 0
    /// How many of the first are for what stays on the node.
    var clusterFirst = 0
    /// The rest, as the member map has it.
    var others: [Backend<Address>: MemberFlags] = [:]
  }

  private let candidates: [Backend<Address>: Candidate]
  /// What traffic goes to that may go anywhere.
  private let cluster: Set<Backend<Address>>
  /// What traffic goes to that has to stay on the node.
  private let local: Set<Backend<Address>>

  /// - Parameter slices: those of the service. An endpoint in two of them, as while one is split, is one.
  init(
    _ slices: some Sequence<EndpointSliceInfo<Address>>, for port: ServicePortInfo, of service: ServiceInfo,
    place: NodePlace
  ) {
    var candidates: [Backend<Address>: Candidate] = [:]
    for slice in slices {
      for target in slice.ports where target.name == port.name && target.proto == port.proto {
        for endpoint in slice.endpoints {
          let backend = Backend(address: endpoint.address, port: BigEndian16(target.port))
          let condition = service.publishNotReadyAddresses ? .ready : endpoint.condition
          var candidate = candidates[backend] ?? Candidate()
          candidate.condition = max(condition, candidate.condition)
          candidate.isLocal = candidate.isLocal || endpoint.nodeName == place.nodeName
          candidate.hints.nodeHints.formUnion(endpoint.nodeHints)
          candidate.hints.zoneHints.formUnion(endpoint.zoneHints)
          candidates[backend] = candidate
        }
      }
    }
    self.candidates = candidates
    cluster = Self.near(Self.best(candidates), candidates, place)
    local = Self.best(candidates.filter { $0.value.isLocal })
  }

  /// The ready ones, or else the last resort.
  private static func best(_ candidates: [Backend<Address>: Candidate]) -> Set<Backend<Address>> {
    let best = candidates.values.map(\.condition).max() ?? .unavailable
    guard best > .unavailable else { return [] }
    return Set(candidates.filter { $0.value.condition == best }.keys)
  }

  /// Those that hints leave. The last resort has none: whoever still serves will do.
  private static func near(
    _ best: Set<Backend<Address>>, _ candidates: [Backend<Address>: Candidate], _ place: NodePlace
  ) -> Set<Backend<Address>> {
    let ready = candidates.filter { best.contains($0.key) && $0.value.condition == .ready }
    let mode = TopologyMode(ready: ready.values.map(\.hints), at: place)
    return mode == .anywhere ? best : best.filter { ready[$0].map { mode.admits($0.hints, at: place) } ?? false }
  }

  /// For traffic that may go anywhere.
  var anywhere: Backends { backends(cluster, reserved: []) }
  /// For traffic that has to stay on the node, all of it.
  var onNode: Backends { backends(local, reserved: []) }
  /// For both in one list.
  var either: Backends { backends(cluster, reserved: local.subtracting(cluster)) }

  /// The same from whatever node it is asked, since no hint counts: the ready ones, or else those that drain.
  var everywhere: Set<Backend<Address>> { Self.best(candidates) }

  /// - Parameter reserved: local ones for what stays on the node alone.
  private func backends(_ chosen: Set<Backend<Address>>, reserved: Set<Backend<Address>>) -> Backends {
    let here = chosen.filter { candidates[$0]?.isLocal == true }
    let list =
      reserved.sorted(by: Self.inOrder) + here.sorted(by: Self.inOrder)
      + chosen.subtracting(here).sorted(by: Self.inOrder)
    let others = candidates.filter { !chosen.contains($0.key) && !reserved.contains($0.key) }
    return Backends(
      list: list, localCount: reserved.count + here.count, clusterFirst: reserved.count,
      others: others.mapValues { $0.condition > .unavailable ? .serving : [] })
  }

  /// Any total order does, as long as the same state gives the same ordinals.
  private static func inOrder(_ left: Backend<Address>, _ right: Backend<Address>) -> Bool {
    if left.address != right.address { return left.address.isBefore(right.address) }
    return left.port.host < right.port.host
  }
}
