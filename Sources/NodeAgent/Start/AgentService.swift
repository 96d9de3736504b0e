import CalicoAPI
import Dataplane
import DataplaneABI
import EBPF
import Glibc
import KubernetesClient
import Logging
import Netlink
import UnixSignals

/// A running agent: everything that feeds the loop, and everything that shows its state.
public struct AgentService: Sendable {
  private let configuration: AgentConfiguration
  private let logger: Logger
  private let status = SharedStatus()

  public init(_ configuration: AgentConfiguration, logger: Logger) {
    self.configuration = configuration
    self.logger = logger
  }

  /// Runs until SIGTERM or SIGINT, which end the process and leave the dataplane in place.
  ///
  /// - Throws: one sentence when the agent cannot start.
  public func run() async throws {
    try Preflight.check(configuration)
    let credentials = try ClusterCredentials.load(kubeconfig: configuration.kubeconfig)
    try Preflight.probe(logger)
    // Before the first list of interfaces, so that nothing falls between the two.
    let monitor = try NetlinkMonitor([.links, .ipv4Addresses, .ipv6Addresses, .ipv4Routes, .ipv6Routes])
    let kernel = try LinuxKernel(folder: PinFolder(path: configuration.bpffs))
    let verified = kernel.verifiedInstructions.map {
      ($0.key.rawValue, Logger.MetadataValue.stringConvertible($0.value))
    }
    logger.notice(
      "programs loaded, with the instructions that the verifier went through",
      metadata: .init(uniqueKeysWithValues: verified))
    let possibleCPUs = try PossibleCPUs.count()
    let resizer = TableResizer(
      status: status, logger: logger, growth: try TableGrowth(kernel, possibleCPUs: possibleCPUs)
    ) { entries, begins in
      try kernel.resizeConntrack(to: entries, begins: begins)
    }
    let sweeper = FlowSweeper(
      interval: configuration.sweepInterval, status: status, logger: logger, swept: { resizer.swept($0) }
    ) {
      try kernel.sweep(servicesChanged: $0)
    }
    let (status, limit) = (status, configuration.resyncInterval * 3)
    let balancerChecks = ServiceHealthServers(logger: logger) {
      status.value.report != nil && .now - status.value.lastActivity < limit
    }
    let loop = AgentLoop(
      kernel: kernel,
      driver: DataplaneDriver(
        kernel: kernel, tables: try kernel.tables(), node: try kernel.nodeTable(),
        reservedPorts: try kernel.reservedPortsTable(), sockets: LinuxSockets(kernel, cgroup: configuration.cgroup),
        policies: try LinuxPolicies(kernel), policyFolder: configuration.policyFolder.map { PolicyFolder(path: $0) }),
      model: ClusterModel(
        nodeName: configuration.nodeName, dataInterfaces: configuration.dataInterfaces,
        timeouts: AutomaticTimeouts.ofKernel),
      status: status, logger: logger, servicesChanged: { sweeper.servicesChanged() },
      settingsKnown: {
        resizer.want($0.felix.conntrackSize.entries(possibleCPUs: possibleCPUs), $0.felix.conntrackScaling)
      },
      healthKnown: { balancerChecks.want($0) })
    logger.notice(
      "agent of node \(configuration.nodeName)",
      metadata: [
        "api": "\(credentials.server)", "pins": "\(configuration.bpffs)", "cgroup": "\(configuration.cgroup ?? "")",
        "data-interface": "\(configuration.dataInterfaces)",
      ])
    if configuration.cgroup == nil {
      logger.warning("there is no --cgroup, so services are balanced by packets only, not when sockets connect")
    }
    try await APIClient.withClient(credentials, logger: logger) { client in
      try await run(loop, kernel, client, monitor, sweeper, resizer, balancerChecks)
    }
  }

  private func run(
    _ loop: AgentLoop<LinuxKernel>, _ kernel: LinuxKernel, _ client: APIClient, _ monitor: NetlinkMonitor,
    _ sweeper: FlowSweeper, _ resizer: TableResizer, _ balancerChecks: ServiceHealthServers
  ) async throws {
    let informer = follow(client)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await endOnSignal() }
      group.addTask { await informer.run() }
      group.addTask { for await changes in informer { await loop.take(changes) } }
      group.addTask { try await watchInterfaces(monitor, loop) }
      group.addTask { try await resyncRegularly(loop) }
      group.addTask { await sweeper.run() }
      group.addTask { await resizer.run() }
      group.addTask { await balancerChecks.run() }
      if configuration.healthPort > 0 { group.addTask { try await health(informer).run() } }
      if configuration.metricsPort > 0 { group.addTask { try await metrics(kernel).run() } }
      defer { group.cancelAll() }
      // None of them ends by itself but by an error.
      try await group.next()
    }
  }

  private func follow(_ client: APIClient) -> Informer<ClusterChange> {
    Informer([
      // Of the whole cluster: policies select by labels of any pod.
      .watch(Node.self, client) { .node($0) },
      .watch(Pod.self, client) { .pod($0) },
      .watch(CalicoAPI.Service.self, client) { .service($0) },
      .watch(EndpointSlice.self, client) { .endpointSlice($0) },
      .watch(FelixConfiguration.self, client, settings: .optional) { .felixConfiguration($0) },
      .watch(StoredFelixConfiguration.self, client, settings: .optional) { .storedFelixConfiguration($0) },
      .watch(IPPool.self, client, settings: .optional) { .ipPool($0) },
      .watch(StoredIPPool.self, client, settings: .optional) { .storedIPPool($0) },
      .watch(BGPConfiguration.self, client, settings: .optional) { .bgpConfiguration($0) },
      .watch(StoredBGPConfiguration.self, client, settings: .optional) { .storedBGPConfiguration($0) },
      .watch(Namespace.self, client) { .policy(.namespace($0)) },
      .watch(ServiceAccount.self, client) { .policy(.serviceAccount($0)) },
      .watch(KubernetesNetworkPolicy.self, client) { .policy(.kubernetes($0)) },
      .watch(ClusterNetworkPolicy.self, client, settings: .optional) { .policy(.cluster($0)) },
      .watch(Tier.self, client, settings: .optional) { .policy(.tier($0)) },
      .watch(CalicoObject<TierKind, CustomProjectCalico>.self, client, settings: .optional) {
        .policy(.storedTier($0))
      },
      .watch(CalicoNetworkPolicy.self, client, settings: .optional) { .policy(.network($0)) },
      .watch(CalicoObject<NetworkPolicyKind, CustomProjectCalico>.self, client, settings: .optional) {
        .policy(.storedNetwork($0))
      },
      .watch(GlobalNetworkPolicy.self, client, settings: .optional) { .policy(.global($0)) },
      .watch(CalicoObject<GlobalNetworkPolicyKind, CustomProjectCalico>.self, client, settings: .optional) {
        .policy(.storedGlobal($0))
      },
      .watch(NetworkSet.self, client, settings: .optional) { .policy(.networkSet($0)) },
      .watch(CalicoObject<NetworkSetKind, CustomProjectCalico>.self, client, settings: .optional) {
        .policy(.storedNetworkSet($0))
      },
      .watch(GlobalNetworkSet.self, client, settings: .optional) { .policy(.globalNetworkSet($0)) },
      .watch(CalicoObject<GlobalNetworkSetKind, CustomProjectCalico>.self, client, settings: .optional) {
        .policy(.storedGlobalNetworkSet($0))
      },
    ])
  }

  private func watchInterfaces(_ monitor: NetlinkMonitor, _ loop: AgentLoop<LinuxKernel>) async throws {
    for try await event in monitor {
      switch event {
      case .linkChanged, .linkDeleted, .addressChanged, .addressDeleted: await loop.interfacesChanged()
      case .routeDeleted(let route) where route.routeProtocol == .calico: await loop.routesChanged()
      case .routeChanged(let route) where route.routeProtocol != .calico: await hostRoutesChanged(route, loop)
      case .routeDeleted(let route) where route.routeProtocol != .calico: await hostRoutesChanged(route, loop)
      case .ruleChanged, .ruleDeleted: await hostRulesChanged(loop)
      case .resync: await loop.resync()
      default: break
      }
    }
  }

  /// Which interfaces lead to other nodes may have changed, if the default route has.
  private func hostRoutesChanged(_ route: Netlink.Route, _ loop: AgentLoop<LinuxKernel>) async {
    if route.destination.length == 0 { await loop.interfacesChanged() }
    await loop.hostRoutesChanged()
  }

  /// Another table may say by now by which interfaces default routes lead, and how services' answers leave.
  private func hostRulesChanged(_ loop: AgentLoop<LinuxKernel>) async {
    await loop.interfacesChanged()
    await loop.hostRoutesChanged()
  }

  private func resyncRegularly(_ loop: AgentLoop<LinuxKernel>) async throws {
    while true {
      // Spread, so that the nodes of a cluster do not all do it at once.
      try await Task.sleep(for: configuration.resyncInterval * Double.random(in: 0.9...1.1))
      await loop.resync()
    }
  }

  /// The dataplane belongs to the kernel: there is nothing to tidy up, and so nothing to wait for.
  private func endOnSignal() async {
    for await signal in await UnixSignalsSequence(trapping: .sigterm, .sigint) {
      logger.notice("\(signal): ending; the dataplane stays in place")
      exit(0)
    }
  }

  // MARK: Pages

  private func health(_ informer: Informer<ClusterChange>) -> StatusServer {
    let (status, nodeName, limit) = (status, configuration.nodeName, configuration.resyncInterval * 3)
    return StatusServer(
      host: "127.0.0.1", port: configuration.healthPort,
      pages: [
        "liveness": {
          Self.page(HealthReport.liveness(silence: .now - status.value.lastActivity, limit: limit))
        },
        "readiness": {
          Self.page(HealthReport.readiness(status.value, watches: informer.health, nodeName: nodeName))
        },
      ], logger: logger)
  }

  private func metrics(_ kernel: LinuxKernel) -> StatusServer {
    let status = status
    return StatusServer(
      host: "0.0.0.0", port: configuration.metricsPort,
      pages: [
        "metrics": {
          StatusPage(isOK: true, text: MetricsPage.text(status.value, counters: try kernel.readCounters()))
        }
      ], logger: logger)
  }

  private static func page(_ reporters: [Reporter]) -> StatusPage {
    StatusPage(isOK: reporters.allSatisfy(\.isOK), text: HealthReport.page(reporters))
  }
}

extension ContinuousClock.Instant {
  fileprivate static func - (later: ContinuousClock.Instant, earlier: ContinuousClock.Instant) -> Duration {
    earlier.duration(to: later)
  }
}
