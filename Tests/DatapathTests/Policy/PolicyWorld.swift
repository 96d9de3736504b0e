import DataplaneABI
import KernelRuntime

@testable import Datapath
@testable import DatapathPrograms

/// What policies in a world answer, and what they were asked.
final class PolicyDesk: @unchecked Sendable {
  var allows: (PolicyQuestion) -> Bool = { _ in true }
  var asked: [PolicyQuestion] = []

  func answer(_ question: PolicyQuestion) -> Bool {
    asked.append(question)
    return allows(question)
  }
}

extension World {
  /// Gives a pod policies of its own, for what it receives and for what it sends.
  func enforce(at pod: UInt8) -> (ingress: PolicyDesk, egress: PolicyDesk) {
    let base = PolicySlot.first + UInt32(pod) * PolicySlot.perWorkload
    setPolicy(base, of: pod)
    let (ingress, egress) = (PolicyDesk(), PolicyDesk())
    let family: UInt32 = family == .v4 ? 0 : 2
    kernel.policies[base + family] = { ingress.answer($0) }
    kernel.policies[base + family + 1] = { egress.answer($0) }
    return (ingress, egress)
  }

  /// The first slot in the routes to a pod.
  func setPolicy(_ base: UInt32, of pod: UInt8) {
    func set<Address: TestAddress>(_: Address.Type) {
      let key = RouteKey(host: Address(.pod(pod)))
      guard var route = map(Address.routesMap).get(key, as: Route<Address>.self) else { return }
      route.policy = base
      map(Address.routesMap).set(key, route)
    }
    family == .v4 ? set(IPv4Address.self) : set(IPv6Address.self)
  }

  /// The host stack passes on to a pod what came in by another interface.
  @discardableResult func passOn(to pod: UInt8, _ frame: Frame) -> Outcome {
    send(frame, .workloadEgress, interface: Self.interface(of: pod)) { $0.arrivalInterface = 77 }
  }

  func policyDrops(_ interface: UInt32, egress: Bool = false) -> UInt64 {
    drops(.policy, interface: interface, egress: egress)
  }
}
