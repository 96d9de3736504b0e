import CalicoAPI
import Dataplane
import DataplaneABI
import KubernetesClient
import Routing
import Services

/// What the agent knows of the cluster, and what this comes to for the kernel of its node. Pure: no I/O.
public struct ClusterModel: Sendable {
  public let nodeName: String
  private let dataInterfaces: DataInterfaces
  private var services: ServiceCalculator
  private var nodes = PerFamily<[String: NodeInfo<IPv4Address>], [String: NodeInfo<IPv6Address>]>(ipv4: [:], ipv6: [:])
  private var workloads = PerFamily<[String: WorkloadInfo<IPv4Address>], [String: WorkloadInfo<IPv6Address>]>(
    ipv4: [:], ipv6: [:])
  private var configurations = ConfigurationStore()
  private var pools = PoolStore()
  private var serviceRanges = ServiceRangeStore()
  private var policies: PolicyStore
  private var settings: SettingsResolution
  private let timeouts: TimeoutsReading
  private var synced: Set<FollowedKind> = []
  /// What was left out of objects because it makes no sense, by object.
  private var complaints: [String: [String]] = [:]

  private static let zoneLabel = "topology.kubernetes.io/zone"

  /// - Parameter timeouts: understands `bpfConntrackTimeouts`.
  public init(
    nodeName: String, dataInterfaces: DataInterfaces = .automatic,
    timeouts: @escaping TimeoutsReading = AutomaticTimeouts.none
  ) {
    self.nodeName = nodeName
    self.dataInterfaces = dataInterfaces
    self.timeouts = timeouts
    settings = SettingsResolution(nodeName: nodeName, configurations: [:], timeouts: timeouts)
    services = ServiceCalculator(nodeName: nodeName)
    policies = PolicyStore(nodeName: nodeName)
  }

  /// Whether all kinds were listed completely once. Before that, what is not known may still be there.
  public var isSynced: Bool { synced.count == FollowedKind.allCases.count }
  /// The kinds that were not listed yet, sorted.
  public var awaitedKinds: [String] {
    FollowedKind.allCases.filter { !synced.contains($0) }.map(\.rawValue).sorted()
  }
  /// Whether the cluster has a node of our name.
  public var knowsNode: Bool { nodes.ipv4[nodeName] != nil }
  /// Pods of this node that have a network of their own.
  public var workloadCount: Int { Set(workloads.ipv4.keys).union(workloads.ipv6.keys).count }
  public var nodeCount: Int { nodes.ipv4.count }
  /// What load balancers are told, by port.
  public var serviceHealth: [UInt16: ServiceHealth] { services.health }

  // MARK: Taking in

  /// Takes in one change.
  public mutating func apply(_ change: ClusterChange) {
    switch change {
    case .node(let delta): apply(delta)
    case .pod(let delta):
      policies.apply(delta)
      apply(delta)
    case .service(let delta): apply(delta)
    case .endpointSlice(let delta):
      policies.apply(delta)
      apply(delta)
    case .felixConfiguration(let delta): apply(delta, .felixConfigurations)
    case .storedFelixConfiguration(let delta): apply(delta, .storedFelixConfigurations)
    case .ipPool(let delta): apply(delta, .ipPools)
    case .storedIPPool(let delta): apply(delta, .storedIPPools)
    case .bgpConfiguration(let delta): apply(delta, .bgpConfigurations)
    case .storedBGPConfiguration(let delta): apply(delta, .storedBGPConfigurations)
    case .policy(let change):
      if change.isSynced { synced.insert(change.kind) }
      policies.apply(change)
    }
  }

  private mutating func apply<Group>(
    _ delta: Delta<CalicoObject<FelixConfigurationKind, Group>>, _ kind: FollowedKind
  ) {
    guard let key = delta.key else {
      synced.insert(kind)
      return
    }
    configurations.set(delta.object?.spec, named: key.name, of: Group.self)
    settings = SettingsResolution(nodeName: nodeName, configurations: configurations.all, timeouts: timeouts)
  }

  private mutating func apply<Group>(_ delta: Delta<CalicoObject<IPPoolKind, Group>>, _ kind: FollowedKind) {
    guard let key = delta.key else {
      synced.insert(kind)
      return
    }
    pools.set(delta.object?.spec, named: key.name, of: Group.self)
  }

  private mutating func apply<Group>(_ delta: Delta<CalicoObject<BGPConfigurationKind, Group>>, _ kind: FollowedKind) {
    guard let key = delta.key else {
      synced.insert(kind)
      return
    }
    serviceRanges.set(delta.object?.spec, named: key.name, of: Group.self)
  }

  private mutating func apply(_ delta: Delta<Node>) {
    guard let key = delta.key else {
      synced.insert(.nodes)
      return
    }
    if key.name == nodeName { services.set(zone: delta.object?.metadata.labels[Self.zoneLabel] ?? "") }
    guard let node = delta.object else {
      nodes.ipv4[key.name] = nil
      nodes.ipv6[key.name] = nil
      complaints["Node \(key)"] = nil
      return
    }
    var clauses: [String] = []
    nodes.ipv4[key.name] = NodeInfo.reading(node, complaints: &clauses)
    nodes.ipv6[key.name] = NodeInfo.reading(node, complaints: &clauses)
    complain("Node \(key)", clauses)
  }

  private mutating func apply(_ delta: Delta<Pod>) {
    guard let key = delta.key else {
      synced.insert(.pods)
      return
    }
    var clauses: [String] = []
    let name = "\(key)"
    if let pod = delta.object, pod.spec.nodeName == nodeName {
      let interface = WorkloadInterfaceName.of(namespace: key.namespace, pod: key.name)
      workloads.ipv4[name] = WorkloadInfo.reading(pod, interfaceName: interface, complaints: &clauses)
      workloads.ipv6[name] = WorkloadInfo.reading(pod, interfaceName: interface, complaints: &clauses)
    } else {
      workloads.ipv4[name] = nil
      workloads.ipv6[name] = nil
    }
    complain("Pod \(key)", clauses)
  }

  private mutating func apply(_ delta: Delta<CalicoAPI.Service>) {
    guard let key = delta.key else {
      synced.insert(.services)
      return
    }
    let reading = delta.object.map { ServiceInfo.reading($0) }
    services.set(reading?.value, named: ServiceName(namespace: key.namespace, name: key.name))
    complain("Service \(key)", reading?.complaints ?? [])
  }

  private mutating func apply(_ delta: Delta<EndpointSlice>) {
    guard let key = delta.key else {
      synced.insert(.endpointSlices)
      return
    }
    let name = SliceName(namespace: key.namespace, name: key.name)
    let ipv4 = delta.object.map { EndpointSliceInfo<IPv4Address>.reading($0) }
    let ipv6 = delta.object.map { EndpointSliceInfo<IPv6Address>.reading($0) }
    services.set(ipv4: ipv4?.value, named: name)
    services.set(ipv6: ipv6?.value, named: name)
    complain("EndpointSlice \(key)", (ipv4?.complaints ?? []) + (ipv6?.complaints ?? []))
  }

  private mutating func complain(_ object: String, _ clauses: [String]) {
    // Each family reads the object, and what neither understands is told twice.
    var seen: Set<String> = []
    let unique = clauses.filter { seen.insert($0).inserted }
    complaints[object] = unique.isEmpty ? nil : unique
  }

  // MARK: Calculating

  /// What the kernel should hold, given the node's interfaces; and the frontends, and the members of policies' sets, that changed since
  /// the last call.
  public mutating func calculate(
    _ interfaces: [String: InterfaceState]
  ) -> (desired: DesiredState, changed: ChangedFrontends, members: MembershipChanges, warnings: Set<String>) {
    let members = policies.compute()
    services.set(
      maglev: MaglevLimits(endpoints: settings.felix.maglevEndpoints, services: settings.felix.maglevServices))
    services.compute()
    let changes = services.takeChanges()
    let routing = PerFamily(
      ipv4: RouteCalculator.table(
        nodeName: nodeName, nodes: nodes.ipv4, workloads: workloads.ipv4,
        interfaces: interfaces.mapValues { $0.facts(\.ipv4) }, pools: pools.ipv4, unused: unused(serviceRanges.ipv4),
        optOuts: optOuts()),
      ipv6: RouteCalculator.table(
        nodeName: nodeName, nodes: nodes.ipv6, workloads: workloads.ipv6,
        interfaces: interfaces.mapValues { $0.facts(\.ipv6) }, pools: pools.ipv6, unused: unused(serviceRanges.ipv6),
        optOuts: optOuts()))
    let uplinks = DataInterfaceChoice(
      dataInterfaces, settings.felix, among: interfaces, own: internalIPs,
      nodes: PerFamily(
        ipv4: nodes.ipv4.values.compactMap(\.internalIP), ipv6: nodes.ipv6.values.compactMap(\.internalIP)))
    let desired = DesiredState(
      frontends: PerFamily(ipv4: services.ipv4.frontends, ipv6: services.ipv6.frontends), routing: routing,
      workloads: workloadInterfaces, policies: policies.policies, dataInterfaces: uplinks.names,
      settings: NodeSettings(
        felix: settings.felix, timeouts: settings.timeouts, addresses: internalIPs,
        nodePorts: PortRange(around: services.ipv4.nodePorts.union(services.ipv6.nodePorts))))
    return (desired, PerFamily(ipv4: changes.ipv4, ipv6: changes.ipv6), members, warnings(routing))
  }

  /// What was calculated last is in the kernel. Returns whether there is something to calculate that had to wait for that.
  public mutating func applied() -> Bool { policies.enforced() }

  /// What becomes of packets to a service's range that no service takes (`serviceLoopPrevention`).
  private func unused<Address>(_ ranges: Set<RouteKey<Address>>) -> [RouteKey<Address>: RouteFlags] {
    switch settings.felix.serviceLoopPrevention {
    case .disabled: [:]
    case .drop: Dictionary(uniqueKeysWithValues: ranges.map { ($0, .unusedService) })
    case .reject: Dictionary(uniqueKeysWithValues: ranges.map { ($0, [.unusedService, .refusesUnused]) })
    }
  }

  /// Marked in either mode, so that they are there when the mode changes.
  private func optOuts<Address: TextualIPAddress>() -> Set<RouteKey<Address>> {
    Set(settings.felix.directReturnOptOuts.compactMap { RouteKey($0) })
  }

  /// This node's addresses, nil where it has none or is not known.
  public var internalIPs: PerFamily<IPv4Address?, IPv6Address?> {
    PerFamily(ipv4: nodes.ipv4[nodeName]?.internalIP, ipv6: nodes.ipv6[nodeName]?.internalIP)
  }

  private var workloadInterfaces: [String: String] {
    var pods: [String: String] = [:]
    for (pod, workload) in workloads.ipv4 { pods[workload.interfaceName] = pod }
    for (pod, workload) in workloads.ipv6 { pods[workload.interfaceName] = pod }
    return pods
  }

  private func warnings(
    _ routing: PerFamily<RoutingTable<IPv4Address>, RoutingTable<IPv6Address>>
  ) -> Set<String> {
    var all = Set(routing.ipv4.complaints + routing.ipv6.complaints)
    for (object, clauses) in complaints { all.formUnion(clauses.map { "\(object): \($0), so that part is left out" }) }
    all.formUnion(settings.complaints)
    all.formUnion(pools.complaints)
    all.formUnion(serviceRanges.complaints)
    all.formUnion(policies.complaints)
    all.formUnion(services.ipv4.conflicts.map(Self.sentence))
    all.formUnion(services.ipv6.conflicts.map(Self.sentence))
    for refusals in [services.ipv4.maglevRefusals, services.ipv6.maglevRefusals] {
      all.formUnion(refusals.map { $1.sentence($0, settings.felix) })
    }
    return all
  }

  private static func sentence<Address>(_ conflict: FrontendConflict<Address>) -> String {
    "Service \(conflict.loser): \(conflict.key.address) port \(conflict.key.port.host) is that of Service "
      + "\(conflict.winner), which keeps it"
  }
}

extension InterfaceState {
  /// One family's half, as routing looks at it.
  fileprivate func facts<Address>(
    _ family: KeyPath<PerFamily<[SubnetAddress<IPv4Address>], [SubnetAddress<IPv6Address>]>, [SubnetAddress<Address>]>
  ) -> InterfaceFacts<Address> {
    InterfaceFacts(index: index, addresses: addresses[keyPath: family], peerMAC: peerMAC, mtu: mtu)
  }
}

extension Delta {
  /// The object's new state; nil when it is gone.
  var object: Object? {
    switch self {
    case .added(let object), .modified(let object): object
    case .deleted, .synced: nil
    }
  }
}
