import CalicoAPI
import Foundation
import KubernetesClient
import Logging
import Netlink

/// The kubelet of all nodes of a lab, with the scheduler.
///
/// Its own end changes nothing for the pods. A start adopts the pods whose processes still run.
public actor KubeletService {
  private let location: LabLocation
  private let topology: Topology
  private let runner: PodRunner
  private let client: APIClient
  let logger: Logger

  private var managed: [String: ManagedPod] = [:]
  private var pods = ObjectCache<Pod>()
  private var nodes = ObjectCache<Node>()
  private var services = ObjectCache<Service>()
  /// Pods that were just bound, until the API shows it.
  private var bindings: [ObjectKey: String] = [:]
  private var pools: [String: AddressPool] = [:]
  /// What a kubelet before this one left, until its pod is seen.
  private var leftovers: [String: PodRecord] = [:]
  private let start = ContinuousClock.now

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
      await adoptOrBegin(specification, on: node)
    }
    if specification.isTerminating {
      await handle(.deletionRequested(graceSeconds: specification.graceSeconds), for: uid)
    }
  }

  private func adoptOrBegin(_ specification: PodSpecification, on node: LabNode) async {
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
    waitUntilOpen(uid)
    await handle(.adopted(addresses: left.addresses, running: Set(running.keys)), for: uid)
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

  // MARK: Scheduling

  private func schedule() {
    guard nodes.isSynced, pods.isSynced else { return }
    var counts: [String: Int] = [:]
    for pod in pods.objects.values where !pod.isFinished {
      let node = pod.spec.nodeName.isEmpty ? bindings[pod.key] : pod.spec.nodeName
      if let node { counts[node, default: 0] += 1 }
    }
    let waiting = pods.objects.values.filter {
      $0.spec.nodeName.isEmpty && bindings[$0.key] == nil && !$0.isTerminating
    }
    for pod in waiting.sorted(by: { $0.key < $1.key }) {
      let candidates = nodes.objects.values.filter { topology.node(named: $0.name) != nil }.map { node in
        Scheduler.Candidate(
          name: node.name, labels: node.metadata.labels, isUnschedulable: node.spec.unschedulable,
          podCount: counts[node.name] ?? 0)
      }
      guard let choice = Scheduler.choose(for: PodSpecification(pod), among: candidates) else { continue }
      counts[choice, default: 0] += 1
      bindings[pod.key] = choice
      Task { await bind(pod.key, to: choice) }
    }
  }

  private func bind(_ key: ObjectKey, to node: String) async {
    do {
      _ = try await client.patch(
        Pod.self, key.name, namespace: key.namespace, .merge(["spec": ["nodeName": node]]))
      logger.info("\(key): on \(node)")
    } catch {
      logger.warning("\(key) could not be bound to \(node): \(error)")
      bindings[key] = nil
      if error.isNotFound { return }
      try? await Task.sleep(for: .seconds(1))
      schedule()
    }
  }

  // MARK: Lifecycles

  private func handle(_ event: PodLifecycle.Event, for uid: String) async {
    guard var pod = managed[uid] else { return }
    let actions = pod.lifecycle.handle(event, at: ContinuousClock.now - start)
    managed[uid] = pod
    for action in actions { await perform(action, for: uid) }
    setTimer(uid)
    if managed[uid]?.lifecycle.isGone == true { managed[uid] = nil }
  }

  private func setTimer(_ uid: String) {
    managed[uid]?.timer?.cancel()
    guard let wake = managed[uid]?.lifecycle.nextWake else { return }
    let instant = start + wake
    managed[uid]?.timer = Task { [weak self] in
      try? await Task.sleep(until: instant)
      if !Task.isCancelled { await self?.handle(.clock, for: uid) }
    }
  }

  private func perform(_ action: PodLifecycle.Action, for uid: String) async {
    guard let pod = managed[uid] else { return }
    switch action {
    case .makeSandbox: await makeSandbox(uid)
    case .start(let container): await startContainer(container, of: uid)
    case .probe(let container): probe(container, of: uid)
    case .report:
      // What was reported meanwhile may be newer than what this action was made of.
      managed[uid]?.unsent = pod.lifecycle.report
      send(uid)
    case .askToEnd:
      for process in pod.record.processes.values { _ = try? process.send(SIGTERM) }
    case .kill: ControlGroup(path: pod.record.controlGroup).killAll()
    case .removeSandbox: removeSandbox(uid)
    case .confirmDeletion:
      logger.info("\(pod.specification.name): ended")
      confirmDeletion(
        of: ObjectKey(namespace: pod.specification.name.namespace, name: pod.specification.name.name), uid: uid)
    }
  }

  private func makeSandbox(_ uid: String) async {
    guard var record = managed[uid]?.record else { return }
    do {
      if record.addresses.isEmpty {
        guard let addresses = pools[record.node]?.take() else {
          throw LabError("\(record.node) has no free pod address: \(AddressPool.numbers.count) pods are the most")
        }
        record.addresses = addresses
        managed[uid]?.record = record
      }
      try runner.makeSandbox(record)
    } catch {
      logger.error("\(record.pod): no network: \(error)")
      return await handle(.sandboxFailed(reason: "\(error)"), for: uid)
    }
    await handle(.sandboxMade(addresses: record.addresses), for: uid)
    waitUntilOpen(uid)
  }

  private func waitUntilOpen(_ uid: String) {
    guard let record = managed[uid]?.record else { return }
    Task {
      do {
        if try await runner.waitUntilOpen(record.sandbox) { await handle(.networkOpened, for: uid) }
      } catch {
        logger.error("\(record.pod): its interface cannot be looked at: \(error)")
      }
    }
  }

  private func startContainer(_ name: String, of uid: String) async {
    guard var record = managed[uid]?.record, let pod = managed[uid]?.specification,
      let container = pod.containers.first(where: { $0.name == name })
    else { return }
    do {
      let process = try runner.start(container, of: pod, &record)
      managed[uid]?.record = record
      watch(process, name, of: uid)
      await handle(.started(container: name), for: uid)
    } catch {
      logger.warning("\(pod.name): \(error)")
      await handle(.ended(container: name, code: 127, reason: "\(error)"), for: uid)
    }
  }

  private func watch(_ process: ProcessIdentity, _ container: String, of uid: String) {
    Task {
      let exit = (try? await process.waitForExit()) ?? .unknown
      managed[uid]?.record.processes[container] = nil
      await handle(.ended(container: container, code: exit.code, reason: exit.reason), for: uid)
    }
  }

  private func probe(_ name: String, of uid: String) {
    guard let pod = managed[uid], let address = pod.record.addresses.first,
      let probe = pod.specification.containers.first(where: { $0.name == name })?.readiness
    else { return }
    let node = pod.record.nodeNamespace
    Task {
      // Blocks its thread: not one of those that tasks share.
      let succeeded = await withCheckedContinuation { continuation in
        Thread.detachNewThread { continuation.resume(returning: probe.run(at: address, from: node)) }
      }
      await handle(.probed(container: name, succeeded: succeeded), for: uid)
    }
  }

  private func removeSandbox(_ uid: String) {
    guard let record = managed[uid]?.record else { return }
    Task {
      while true {
        do {
          try await runner.removeSandbox(record)
          break
        } catch {
          logger.error("\(record.pod): cannot be removed, trying again: \(error)")
          try? await Task.sleep(for: .seconds(1))
        }
      }
      pools[record.node]?.free(record.addresses)
      await handle(.sandboxRemoved, for: uid)
    }
  }

  // MARK: The API

  /// Sends the latest report; reports that come meanwhile follow, older ones are left out.
  private func send(_ uid: String) {
    guard managed[uid]?.isSending == false else { return }
    managed[uid]?.isSending = true
    Task {
      while let report = managed[uid]?.unsent, let name = managed[uid]?.specification.name {
        managed[uid]?.unsent = nil
        do {
          try await patchStatus(report, of: name, uid: uid)
        } catch let error as KubernetesError where error.isNotFound {
          break
        } catch {
          logger.warning("the status of \(name) cannot be told: \(error)")
          if managed[uid]?.unsent == nil { managed[uid]?.unsent = report }
          try? await Task.sleep(for: .seconds(1))
        }
      }
      managed[uid]?.isSending = false
    }
  }

  private func patchStatus(_ report: PodReport, of name: PodName, uid: String) async throws {
    let key = ObjectKey(namespace: name.namespace, name: name.name)
    let known = pods[key]
    guard known?.metadata.uid == uid else { return }
    let node = known.flatMap { topology.node(named: $0.spec.nodeName) }
    let status = report.status(
      after: known?.status ?? PodStatus(), hostAddress: node?.host.addresses.first.map { "\($0.address)" } ?? "",
      now: .now)
    _ = try await client.patch(
      Pod.self, key.name, namespace: key.namespace, .merge(["status": status]), subresource: .status)
  }

  private func confirmDeletion(of key: ObjectKey, uid: String) {
    let options = DeleteOptions(gracePeriodSeconds: 0, preconditions: .init(uid: uid))
    Task {
      for _ in 0..<600 {
        do {
          try await client.delete(Pod.self, key.name, namespace: key.namespace, options: options)
          return
        } catch let error as KubernetesError where error.isNotFound || error.isConflict {
          return
        } catch {
          logger.warning("\(key) has ended, which the API server cannot be told: \(error)")
          try? await Task.sleep(for: .seconds(1))
        }
      }
    }
  }

  // MARK: Names of Services

  private func writeHosts() throws {
    let entries = services.objects.values.map { service in
      HostsFile.Entry(namespace: service.namespace, name: service.name, addresses: service.spec.clusterIPs)
    }
    // In place: running pods have this very file before their eyes.
    let descriptor = open(location.paths.hostsFile, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw LabError("\(location.paths.hostsFile): \(errnoText())") }
    defer { close(descriptor) }
    let text = HostsFile.text(services: entries)
    guard pwrite(descriptor, text, text.utf8.count, 0) == text.utf8.count, ftruncate(descriptor, text.utf8.count) == 0
    else { throw LabError("\(location.paths.hostsFile): \(errnoText())") }
  }
}
