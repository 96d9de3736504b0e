import DataplaneABI

/// Which endpoints a service port sends new connections to.
///
/// The rules are kube-proxy's: the ready ones; when none is ready, those that drain but still serve. A port with
/// `internalTrafficPolicy: Local` applies them to this node's endpoints alone.
struct BackendChoice<Address: TextualIPAddress> {
  /// Everything known about an address and port, whichever slices say it.
  private struct Candidate {
    var condition: EndpointCondition
    var isLocal: Bool
  }

  private var candidates: [Backend<Address>: Candidate] = [:]
  private let nodeName: String
  private let service: ServiceInfo

  init(service: ServiceInfo, nodeName: String) {
    self.service = service
    self.nodeName = nodeName
  }

  /// Adds the endpoints of a slice that serve the port. An endpoint in two slices, as while one is split, is one.
  mutating func add(_ slice: EndpointSliceInfo<Address>, for port: ServicePortInfo) {
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

  func frontend(of name: ServiceName) -> FrontendSpec<Address> {
    let eligible = service.internalLocal ? candidates.filter { $0.value.isLocal } : candidates
    let best = eligible.values.map(\.condition).max() ?? .unavailable
    let chosen = best == .unavailable ? [:] : eligible.filter { $0.value.condition == best }
    let local = chosen.filter { $0.value.isLocal }.keys.sorted(by: inOrder)
    let remote = chosen.filter { !$0.value.isLocal }.keys.sorted(by: inOrder)
    let others = candidates.filter { chosen[$0.key] == nil }.mapValues { candidate -> MemberFlags in
      candidate.condition > .unavailable ? .serving : []
    }
    return FrontendSpec(
      service: name, backends: local + remote, localCount: local.count, affinitySeconds: service.affinitySeconds,
      flags: service.internalLocal ? .internalLocal : [], others: others)
  }

  /// Any total order does, as long as the same state gives the same ordinals.
  private func inOrder(_ left: Backend<Address>, _ right: Backend<Address>) -> Bool {
    if left.address != right.address { return left.address.isBefore(right.address) }
    return left.port.host < right.port.host
  }
}
