import CalicoAPI
import Foundation
import KubernetesClient
import Logging
import Netlink

/// The kubelet of all nodes of a lab, with the scheduler.
///
/// Its own end changes nothing for the pods. A start adopts the pods whose processes still run.
public actor KubeletService {
  let location: LabLocation
  let topology: Topology
  let runner: PodRunner
  let client: APIClient
  let logger: Logger

  var managed: [String: ManagedPod] = [:]
  var pods = ObjectCache<Pod>()
  var nodes = ObjectCache<Node>()
  var services = ObjectCache<Service>()
  /// Pods that were just bound, until the API shows it.
  var bindings: [ObjectKey: String] = [:]
  var pools: [String: AddressPool] = [:]
  /// What a kubelet before this one left, until its pod is seen.
  private var leftovers: [String: PodRecord] = [:]
  let start = ContinuousClock.now

  private enum Change: Sendable {
    case pod(Delta<Pod>)
    case node(Delta<Node>)
    case service(Delta<Service>)
  }

  /// - Parameter program: the path of the `apus` binary.
  public init(_ location: LabLocation, program: String, logger: Logger) throws {
    self.location = location
    self.logger = logger
    topology = try location.topology(try location.loadExisting())
    runner = PodRunner(paths: location.paths, program: program, records: PodRecords(folder: location.paths.pods))
    client = APIClient(try ClusterCredentials.load(kubeconfig: location.paths.adminKubeconfig), logger: logger)
    for node in topology.nodes { pools[node.host.name] = AddressPool(prefixes: node.podPrefixes) }
  }

  /// Follows the API server until the task is cancelled.
  public func run() async throws {
    for record in try runner.records.all() {
      leftovers[record.uid] = record
      pools[record.node]?.reserve(record.addresses)
    }
    try writeHosts()
    let client = client
    let informer = Informer<Change>([
      .watch(Node.self, client) { .node($0) },
      .watch(Service.self, client) { .service($0) },
      .watch(Pod.self, client) { .pod($0) },
    ])
    await withTaskGroup { group in
      group.addTask { await informer.run() }
      for await batch in informer { await take(batch) }
      group.cancelAll()
    }
    try await client.shutdown()
  }

  private func take(_ batch: [Change]) async {
    var hostsChanged = false
    for change in batch {
      switch change {
      case .node(let delta): nodes.apply(delta)
      case .service(let delta):
        services.apply(delta)
        hostsChanged = true
      case .pod(let delta): await take(delta)
      }
    }
    if hostsChanged {
      do { try writeHosts() } catch { logger.error("the pods' hosts file is out of date: \(error)") }
    }
    schedule()
  }

  // MARK: Pods of the API

  private func take(_ delta: Delta<Pod>) async {
    let before = pods.apply(delta)
    switch delta {
    case .added(let pod), .modified(let pod):
      // Deleted and made anew between two looks.
      if let before, before.metadata.uid != pod.metadata.uid { await remove(before) }
      await follow(pod)
    case .deleted(let key):
      bindings[key] = nil
      if let before { await remove(before) }
    case .synced: await removeLeftovers()
    }
  }

  private func follow(_ pod: Pod) async {
    let specification = PodSpecification(pod)
    let uid = specification.uid
    guard let nodeName = specification.nodeName, let node = topology.node(named: nodeName) else { return }
    bindings[pod.key] = nil
    if managed[uid] == nil {
      if pod.isFinished || pod.spec.hostNetwork {
        if pod.spec.hostNetwork { logger.warning("\(specification.name) wants its node's network: not supported") }
        if pod.isTerminating { confirmDeletion(of: pod.key, uid: uid) }
        return
      }
      await adoptOrBegin(specification, pod.status, on: node)
    }
    if specification.isTerminating {
      await handle(.deletionRequested(graceSeconds: specification.graceSeconds), for: uid)
    }
  }

  private func adoptOrBegin(_ specification: PodSpecification, _ status: PodStatus, on node: LabNode) async {
    let uid = specification.uid
    let left = leftovers.removeValue(forKey: uid)
    let record =
      left
      ?? PodRecord(
        uid: uid, pod: specification.name, node: node.host.name,
        namespace: topology.namespace(ofPod: specification.name), nodeNamespace: node.host.namespace,
        interface: WorkloadInterface.name(of: specification.name), addresses: [],
        controlGroup: location.paths.controlGroup(ofPod: uid, on: node))
    managed[uid] = ManagedPod(lifecycle: PodLifecycle(specification: specification), record: record)
    guard let left, (try? left.sandbox.isThere()) == true else { return await handle(.assigned, for: uid) }
    let running = left.processes.filter(\.value.isAlive)
    logger.notice("\(specification.name): adopted with \(running.count) running containers")
    for (container, process) in running { watch(process, container, of: uid) }
    let memories = specification.containers.map { container in
      let told = status.containerStatuses.first { $0.name == container.name }
      return (
        container.name,
        ContainerMemory(
          isRunning: running[container.name] != nil, isReady: told?.ready ?? false,
          restarts: Int(told?.restartCount ?? 0))
      )
    }
    await handle(.adopted(addresses: left.addresses, containers: Dictionary(memories) { $1 }), for: uid)
    waitUntilOpen(uid)
  }

  private func remove(_ pod: Pod) async {
    let specification = PodSpecification(pod)
    await handle(.deletionRequested(graceSeconds: specification.graceSeconds), for: specification.uid)
  }

  /// What was left of pods that the API does not know any more.
  private func removeLeftovers() async {
    let known = Set(pods.objects.values.map(\.metadata.uid))
    for (uid, record) in leftovers where !known.contains(uid) {
      do {
        try await runner.removeSandbox(record)
        pools[record.node]?.free(record.addresses)
        leftovers[uid] = nil
        logger.notice("\(record.pod): removed, it is gone from the API")
      } catch {
        logger.error("\(record.pod) is gone from the API and cannot be removed: \(error)")
      }
    }
  }
}
