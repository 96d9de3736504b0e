import CalicoAPI
import DataplaneABI
import Policy

/// Makes clusters by chance: few names and labels, so that things meet.
package struct RandomWorld {
  package var chance: SplitMix
  /// Once in how many times something makes no sense.
  package var mishaps = 120

  package init(seed: UInt64) { chance = SplitMix(seed: seed) }

  package static let namespaces = ["x", "y", "z"]
  package static let accounts = ["default", "builder"]
  package static let keys = ["app", "tier", "role"]
  package static let values = ["a", "b"]
  package static let tiers = ["red", "blue"]
  package static let portNames = ["web", "dns"]
  package static let services = ["front", "back"]

  package mutating func cluster() -> OracleCluster {
    var cluster = OracleCluster()
    cluster.tiers = Self.tiers.filter { _ in !chance.isTrue(oneIn: 5) }.map { tier($0) }
    if chance.isTrue(oneIn: 10) { cluster.tiers.append(tier("default")) }
    cluster.namespaces = Self.namespaces.filter { _ in !chance.isTrue(oneIn: 8) }.map { name in
      Namespace(metadata: ObjectMeta(name: name, labels: labels()))
    }
    for namespace in Self.namespaces {
      for account in Self.accounts where chance.isTrue(oneIn: 2) {
        cluster.serviceAccounts.append(
          ServiceAccount(metadata: ObjectMeta(name: account, namespace: namespace, labels: labels())))
      }
    }
    cluster.pods = (0..<count(2...5)).map { pod($0) }
    cluster.networkSets = (0..<count(0...2)).map { number in
      NetworkSet(
        metadata: ObjectMeta(name: "s\(number)", namespace: chance.pick(Self.namespaces), labels: labels()),
        spec: NetworkSetSpec(nets: nets(0...3)))
    }
    cluster.globalNetworkSets = (0..<count(0...2)).map { number in
      GlobalNetworkSet(
        metadata: ObjectMeta(name: "g\(number)", labels: labels()), spec: NetworkSetSpec(nets: nets(0...3)))
    }
    if chance.isTrue(oneIn: 3) { cluster.hostEndpoints = [hostEndpoint()] }
    cluster.endpointSlices = (0..<count(0...3)).map { slice($0) }
    for number in 0..<count(0...10) { addPolicy(number, to: &cluster) }
    return cluster
  }

  /// The cluster with one thing changed.
  package mutating func change(_ cluster: inout OracleCluster) {
    var other = self.cluster()
    switch Int.random(in: 0..<14, using: &chance) {
    case 0: cluster.tiers = other.tiers
    case 1: cluster.namespaces = other.namespaces
    case 2: cluster.serviceAccounts = other.serviceAccounts
    case 3: cluster.networkSets = other.networkSets
    case 4: cluster.endpointSlices = other.endpointSlices
    case 5: if !cluster.pods.isEmpty { cluster.pods[0].metadata.labels = labels() }
    case 6: if cluster.pods.count > 1 { cluster.pods.removeLast() }
    case 7: cluster.pods = other.pods
    case 8: removePolicy(&cluster)
    default:
      removePolicy(&cluster)
      let number = count(0...9)
      other.removePolicies()
      addPolicy(number, to: &other)
      let known = Set(cluster.policies.map(\.key))
      for policy in other.policies where !known.contains(policy.key) { cluster.add(policy) }
    }
  }

  private mutating func removePolicy(_ cluster: inout OracleCluster) {
    switch Int.random(in: 0..<4, using: &chance) {
    case 0: _ = cluster.kubernetesPolicies.popLast()
    case 1: _ = cluster.clusterPolicies.popLast()
    case 2: _ = cluster.networkPolicies.popLast()
    default: _ = cluster.globalPolicies.popLast()
    }
  }

  package mutating func count(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &chance) }

  package mutating func labels() -> [String: String] {
    var labels: [String: String] = [:]
    for key in Self.keys where chance.isTrue(oneIn: 2) { labels[key] = chance.pick(Self.values) }
    // A trick now and then.
    if chance.isTrue(oneIn: 12) { labels[chance.pick(Self.tricks)] = chance.pick(Self.namespaces + Self.values) }
    return labels
  }

  private static let tricks = [
    "pcns.app", "pcns.projectcalico.org/name", "pcsa.app", "projectcalico.org/namespace",
    "projectcalico.org/orchestrator",
    "projectcalico.org/serviceaccount", "projectcalico.org/name",
  ]

  private mutating func tier(_ name: String) -> Tier {
    let ends: [CalicoAction?] = [nil, .deny, .pass]
    return Tier(
      metadata: ObjectMeta(name: name),
      spec: TierSpec(order: chance.pick([nil, 5, 10, 2_000_000]), defaultAction: chance.pick(ends)))
  }

  private mutating func pod(_ number: Int) -> Pod {
    let phases: [PodPhase] = [.running, .running, .running, .pending, .succeeded]
    var addresses: [PodIP] = []
    if !chance.isTrue(oneIn: 8) { addresses.append(PodIP(ip: "10.65.0.\(number + 1)")) }
    if !chance.isTrue(oneIn: 8) { addresses.append(PodIP(ip: "fd00:65::\(number + 1)")) }
    let accounts = Self.accounts + ["", String(repeating: "l", count: 63)]
    return Pod(
      metadata: ObjectMeta(name: "p\(number)", namespace: chance.pick(Self.namespaces), labels: labels()),
      spec: PodSpec(
        hostNetwork: chance.isTrue(oneIn: 12), containers: [Container(name: "c", ports: containerPorts())],
        serviceAccountName: chance.pick(accounts)),
      status: PodStatus(phase: chance.pick(phases), podIPs: addresses))
  }

  private mutating func containerPorts() -> [ContainerPort] {
    let protocols: [PortProtocol] = [PortProtocol(), .tcp, .udp, .sctp]
    return (0..<count(0...3)).map { _ in
      ContainerPort(
        name: chance.pick(Self.portNames + [""]), containerPort: Int32(chance.pick(RandomPackets.ports)),
        protocol: chance.pick(protocols))
    }
  }

  private mutating func hostEndpoint() -> HostEndpoint {
    HostEndpoint(
      metadata: ObjectMeta(name: "h", labels: labels()),
      spec: HostEndpointSpec(
        node: "n1", expectedIPs: ["192.0.2.9", "2001:db8::9"],
        ports: [.init(name: "web", protocol: .tcp, port: Int(chance.pick(RandomPackets.ports)))]))
  }

  private mutating func slice(_ number: Int) -> EndpointSlice {
    let isIPv4 = chance.isTrue(oneIn: 2)
    let protocols: [PortProtocol?] = [nil, .tcp, .udp]
    return EndpointSlice(
      metadata: ObjectMeta(
        name: "slice\(number)", namespace: chance.pick(Self.namespaces),
        labels: [EndpointSlice.serviceNameLabel: chance.pick(Self.services)]),
      addressType: isIPv4 ? .ipv4 : .ipv6,
      endpoints: (0..<count(0...2)).map { _ in
        Endpoint(addresses: [isIPv4 ? "10.65.0.\(count(1...5))" : "fd00:65::\(count(1...5))"])
      },
      ports: (0..<count(0...2)).map { _ in
        CalicoAPI.EndpointPort(
          protocol: chance.pick(protocols), port: chance.pick([nil] + RandomPackets.ports.map { Int32($0) }))
      })
  }

  /// Ranges of addresses, of which one now and then is none.
  package mutating func nets(_ count: ClosedRange<Int>, mayBeBad: Bool = false) -> [String] {
    (0..<self.count(count)).map { _ in
      mayBeBad && chance.isTrue(oneIn: mishaps)
        ? chance.pick(["10.0.0.0/33", "nonsense", "fd00::/129"]) : chance.pick(Self.nets)
    }
  }

  private static let nets = [
    "0.0.0.0/0", "10.65.0.0/24", "10.65.0.0/30", "10.65.0.2/31", "10.65.0.1", "10.65.0.3/32", "192.0.2.0/24",
    "192.0.2.9",
    "192.0.2.128/25", "::/0", "fd00:65::/64", "fd00:65::2/127", "fd00:65::1", "fd00:65::4/126", "2001:db8::/32",
    "2001:db8::9/128",
  ]
}
