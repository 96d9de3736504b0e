import DataplaneABI
import Policy
import Services

@testable import Dataplane

/// A node whose pods have policies.
struct PolicyScene {
  var policies: [UInt8: WorkloadPolicy] = [:]

  init(_ policies: [UInt8: WorkloadPolicy]) { self.policies = policies }

  func desired(_ interfaces: [String: InterfaceState]) -> DesiredState {
    var state = Scene(pods: policies.keys.sorted()).desired(interfaces)
    state.policies = Dictionary(uniqueKeysWithValues: policies.map { ("cali\($0)", $1) })
    return state
  }

  /// What the pod's slots hold once all is done.
  func expected(_ pod: UInt8) -> [String?]? {
    guard let policy = policies[pod] else { return nil }
    func name(_ direction: PolicyDirection, _ family: AddressFamily) -> String {
      "\(direction) \(family) \(policy[direction].stages[0].endID.owner)"
    }
    return [name(.ingress, .ipv4), name(.egress, .ipv4), name(.ingress, .ipv6), name(.egress, .ipv6)]
  }
}

extension MembershipChanges {
  static func add(_ addresses: [String], to set: IPSetID) -> MembershipChanges {
    [set: IPSetChange(added: Set(addresses.compactMap { AddressPrefix($0).map { .prefix($0) } }))]
  }
  static func remove(_ addresses: [String], from set: IPSetID) -> MembershipChanges {
    [set: IPSetChange(removed: Set(addresses.compactMap { AddressPrefix($0).map { .prefix($0) } }))]
  }
}

extension DataplaneDriver where Kernel == FakeKernel {
  @discardableResult
  mutating func turn(
    _ scene: PolicyScene, members: MembershipChanges = [:], on kernel: FakeKernel,
    at now: ContinuousClock.Instant = .now
  ) -> ApplyReport {
    let interfaces = kernel.contents.interfaces
    return apply(scene.desired(interfaces), changed: .none, members: members, interfaces: interfaces, now: now)
  }
}
