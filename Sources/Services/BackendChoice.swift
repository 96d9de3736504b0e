import DataplaneABI

/// Which endpoints a service port sends new connections to.
///
/// The rules are kube-proxy's (KEP-1669): the ready ones; when none is ready, those that drain but still serve. Traffic that
/// has to stay on the node goes by them with the node's endpoints alone.
struct BackendChoice<Address: TextualIPAddress> {
  /// Everything known about an address and port, whichever slices say it.
  private struct Candidate {
    var condition: EndpointCondition
    var isLocal: Bool
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
    nodeName: String
  ) {
    var candidates: [Backend<Address>: Candidate] = [:]
    for slice in slices {
      for target in slice.ports where target.name == port.name && target.proto == port.proto {
        for endpoint in slice.endpoints {
          let backend = Backend(address: endpoint.address, port: BigEndian16(target.port))
          let condition = service.publishNotReadyAddresses ? .ready : endpoint.condition
          let known = candidates[backend]
          candidates[backend] = Candidate(
            condition: max(condition, known?.condition ?? .unavailable),
            isLocal: endpoint.nodeName == nodeName || known?.isLocal == true)
        }
      }
    }
    self.candidates = candidates
    cluster = Self.best(candidates)
    local = Self.best(candidates.filter { $0.value.isLocal })
  }

  /// The ready ones, or else the last resort.
  private static func best(_ candidates: [Backend<Address>: Candidate]) -> Set<Backend<Address>> {
    let best = candidates.values.map(\.condition).max() ?? .unavailable
    guard best > .unavailable else { return [] }
    return Set(candidates.filter { $0.value.condition == best }.keys)
  }

  /// For traffic that may go anywhere.
  var anywhere: Backends { backends(cluster, draining: []) }
  /// For traffic that has to stay on the node, all of it.
  var onNode: Backends { backends(local, draining: []) }
  /// For both in one list.
  var either: Backends { backends(cluster, draining: local.subtracting(cluster)) }

  private func backends(_ chosen: Set<Backend<Address>>, draining: Set<Backend<Address>>) -> Backends {
    let here = chosen.filter { candidates[$0]?.isLocal == true }
    let list =
      draining.sorted(by: Self.inOrder) + here.sorted(by: Self.inOrder)
      + chosen.subtracting(here).sorted(by: Self.inOrder)
    let others = candidates.filter { !chosen.contains($0.key) && !draining.contains($0.key) }
    return Backends(
      list: list, localCount: draining.count + here.count, clusterFirst: draining.count,
      others: others.mapValues { $0.condition > .unavailable ? .serving : [] })
  }

  /// Any total order does, as long as the same state gives the same ordinals.
  private static func inOrder(_ left: Backend<Address>, _ right: Backend<Address>) -> Bool {
    if left.address != right.address { return left.address.isBefore(right.address) }
    return left.port.host < right.port.host
  }
}
