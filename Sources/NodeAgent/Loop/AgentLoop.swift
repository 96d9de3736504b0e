import Dataplane
import Logging
import Services

/// Watch → calculate → reconcile, one thing at a time.
///
/// Whatever arrives while an `apply` runs waits in the actor's queue and is taken in together before the next one, so a
/// burst costs one `apply`, and a lone change costs no wait.
public actor AgentLoop<Kernel: InterfaceKernel> {
  private let kernel: Kernel
  private var driver: DataplaneDriver<Kernel>
  private var model: ClusterModel
  private let status: SharedStatus
  private let logger: Logger
  private let servicesChanged: @Sendable () -> Void
  private let settingsKnown: @Sendable (NodeSettings) -> Void
  private let healthKnown: @Sendable ([UInt16: ServiceHealth]) -> Void
  private let started = ContinuousClock.now

  private var isScheduled = false
  private var warnings = SentenceLog()
  private var failures = SentenceLog()
  private var announced: Set<String> = []
  private var retry: Task<Void, Never>?
  private var followUp: Task<Void, Never>?
  private var retryPause = Duration.seconds(1)

  private static var longestPause: Duration { .seconds(30) }

  /// - Parameters:
  ///   - servicesChanged: called after frontends or backends were written.
  ///   - settingsKnown: called after each turn with the settings that hold now.
  ///   - healthKnown: called after each turn with what load balancers are to be told, by port.
  public init(
    kernel: Kernel, driver: DataplaneDriver<Kernel>, model: ClusterModel, status: SharedStatus, logger: Logger,
    servicesChanged: @escaping @Sendable () -> Void = {},
    settingsKnown: @escaping @Sendable (NodeSettings) -> Void = { _ in },
    healthKnown: @escaping @Sendable ([UInt16: ServiceHealth]) -> Void = { _ in }
  ) {
    self.kernel = kernel
    self.driver = driver
    self.model = model
    self.status = status
    self.logger = logger
    self.servicesChanged = servicesChanged
    self.settingsKnown = settingsKnown
    self.healthKnown = healthKnown
  }

  // MARK: What happens

  /// The cluster has changed.
  public func take(_ changes: [ClusterChange]) {
    for change in changes { model.apply(change) }
    let kinds = changes.map(\.kind)
    status.update { status in for kind in kinds { status.changes[kind, default: 0] += 1 } }
    schedule()
  }

  /// Interfaces or their addresses may have changed.
  public func interfacesChanged() {
    kernel.forgetDefaultRoutes()
    schedule()
  }

  /// Somebody deleted a route of ours, or the kernel did.
  public func routesChanged() {
    driver.distrustKernelRoutes()
    schedule()
  }

  /// The host's own routes have changed: services' answers to clients outside follow them.
  public func hostRoutesChanged() {
    driver.expectOtherWays()
    schedule()
  }

  /// Others may have changed what is ours: read everything back.
  public func resync() {
    driver.distrust()
    kernel.forgetDefaultRoutes()
    status.update { $0.resyncs += 1 }
    schedule()
  }

  // MARK: Applying

  /// Behind what waits in the actor's queue already, so that all of it is taken in first.
  private func schedule() {
    if isScheduled { return }
    isScheduled = true
    Task { self.applyIfPossible() }
  }

  private func applyIfPossible() {
    isScheduled = false
    let (isSynced, awaited, knowsNode) = (model.isSynced, model.awaitedKinds, model.knowsNode)
    let (nodes, workloads) = (model.nodeCount, model.workloadCount)
    status.update { status in
      status.isSynced = isSynced
      status.awaitedKinds = awaited
      status.knowsNode = knowsNode
      status.nodeCount = nodes
      status.workloadCount = workloads
      status.lastActivity = .now
    }
    // What is not known yet may still be wanted: nothing is touched before everything is known.
    guard isSynced else { return }
    guard knowsNode else {
      say(failed: ["the cluster has no node \(model.nodeName): create it, or start with another --node-name"])
      return
    }
    apply()
  }

  private func apply() {
    let start = ContinuousClock.now
    let interfaces: [String: InterfaceState]
    do {
      interfaces = Dictionary(try kernel.interfaces().map { ($0.name, $0) }) { $1 }
    } catch {
      say(failed: ["interfaces cannot be listed: \(error)"])
      return retryLater()
    }
    let (desired, changed, members, sentences) = model.calculate(interfaces)
    let report = driver.apply(desired, changed: changed, members: members, interfaces: interfaces)
    // Flows may lead to backends that are gone, or past a service that is new.
    if changed != .none { servicesChanged() }
    settingsKnown(desired.settings)
    healthKnown(model.serviceHealth)
    let counts = driver.counts
    let now = ContinuousClock.now
    let (seconds, sinceStart) = ((now - start).seconds, (now - started).seconds)
    status.update { status in
      status.report = report
      status.counts = counts
      status.warnings = sentences
      status.applyTime.record(seconds)
      status.initialResyncSeconds = status.initialResyncSeconds ?? sinceStart
      if !report.failures.isEmpty { status.failedApplies += 1 }
      status.lastActivity = now
    }
    warn(sentences.union(report.remarks))
    announce(report, desired)
    say(failed: Set(report.failures.map(\.description)))
    logger.debug("applied", metadata: ["ms": "\(seconds * 1000)", "writes": "\(counts.effects)"])
    if let pause = report.nextWithin { applyWithin(pause) }
    guard report.failures.isEmpty else { return retryLater() }
    retryNoMore()
    if model.applied() { schedule() }
  }

  // MARK: Trying again

  private func retryLater() {
    guard retry == nil else { return }
    let pause = retryPause
    retryPause = min(retryPause * 2, Self.longestPause)
    retry = Task {
      try? await Task.sleep(for: pause)
      if !Task.isCancelled { self.retryNow() }
    }
  }

  /// Something is left that had to wait.
  private func applyWithin(_ pause: Duration) {
    guard followUp == nil else { return }
    followUp = Task {
      try? await Task.sleep(for: pause)
      self.followUpNow()
    }
  }

  private func followUpNow() {
    followUp = nil
    schedule()
  }

  private func retryNow() {
    retry = nil
    schedule()
  }

  private func retryNoMore() {
    retry?.cancel()
    retry = nil
    retryPause = .seconds(1)
  }

  // MARK: Telling people

  private func warn(_ sentences: Set<String>) {
    let (new, over) = warnings.update(sentences)
    for sentence in new { logger.warning("\(sentence)") }
    for sentence in over { logger.info("no longer: \(sentence)") }
  }

  private func say(failed sentences: Set<String>) {
    let (new, over) = failures.update(sentences)
    for sentence in new { logger.error("\(sentence)") }
    for sentence in over { logger.notice("solved: \(sentence)") }
  }

  private func announce(_ report: ApplyReport, _ desired: DesiredState) {
    let ready = report.readyWorkloads
    for name in ready.subtracting(announced).sorted() {
      logger.info("pod is connected", metadata: ["pod": "\(desired.workloads[name] ?? "")", "interface": "\(name)"])
    }
    for name in announced.subtracting(ready).sorted() {
      logger.info("pod is disconnected", metadata: ["interface": "\(name)"])
    }
    announced = ready
  }
}

extension Duration {
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
