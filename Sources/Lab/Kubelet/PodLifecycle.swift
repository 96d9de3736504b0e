import Netlink

/// A pod on its node, from its binding to its end.
///
/// A value: it is told what happened and says what to do. Times are durations since any fixed moment.
struct PodLifecycle: Hashable, Sendable {
  enum Event: Hashable, Sendable {
    /// The pod is on a node and nothing of it exists yet.
    case assigned
    /// A kubelet before this one had made the sandbox and told this of its containers.
    case adopted(addresses: [InetAddress], containers: [String: ContainerMemory])
    case sandboxMade(addresses: [InetAddress])
    case sandboxFailed(reason: String)
    /// The node's agent has brought the host-side interface up: programs and maps are in place.
    case networkOpened
    case started(container: String)
    case ended(container: String, code: Int32, reason: String?)
    case probed(container: String, succeeded: Bool)
    /// The pod is to go away: its deletion was asked for, or it is gone from the API.
    case deletionRequested(graceSeconds: Int)
    case sandboxRemoved
    /// Time has passed.
    case clock
  }

  enum Action: Hashable, Sendable {
    case makeSandbox
    case start(container: String)
    case probe(container: String)
    case report(PodReport)
    /// SIGTERM to every process that a container began with.
    case askToEnd
    /// SIGKILL to everything in the pod's control group.
    case kill
    case removeSandbox
    /// The pod may go from the API.
    case confirmDeletion
  }

  private enum Stage: Hashable, Sendable {
    case makingSandbox(retryAt: Duration?)
    case waitingForNetwork
    case running
    /// SIGTERM was sent; SIGKILL follows at `killAt`, nil once that is done.
    case ending(killAt: Duration?)
    case removingSandbox
    case gone
  }

  let specification: PodSpecification
  private(set) var containers: [ContainerLifecycle]
  private(set) var addresses: [InetAddress] = []
  private var stage = Stage.makingSandbox(retryAt: nil)
  private var problem: String?
  private var lastReport: PodReport?

  private static let sandboxRetry = Duration.seconds(1)

  init(specification: PodSpecification) {
    self.specification = specification
    containers = specification.containers.map { ContainerLifecycle(specification: $0) }
  }

  /// Whether nothing is left to be done.
  var isGone: Bool { stage == .gone }

  /// When `clock` is wanted next; nil if only other events matter.
  var nextWake: Duration? {
    switch stage {
    case .makingSandbox(let retryAt): retryAt
    case .ending(let killAt): killAt
    case .running: containers.compactMap(\.nextWake).min()
    case .waitingForNetwork, .removingSandbox, .gone: nil
    }
  }

  /// What happened, when; gives what to do, in order.
  mutating func handle(_ event: Event, at now: Duration) -> [Action] {
    guard !isGone else { return [] }
    var actions = respond(to: event, at: now)
    let report = report
    if report != lastReport, !isEnding {
      lastReport = report
      actions.append(.report(report))
    }
    return actions
  }

  private var isEnding: Bool {
    switch stage {
    case .ending, .removingSandbox, .gone: true
    default: false
    }
  }

  private mutating func respond(to event: Event, at now: Duration) -> [Action] {
    switch event {
    case .assigned: return [.makeSandbox]
    case .adopted(let addresses, let containers): return adopt(addresses, containers, at: now)
    case .sandboxMade(let addresses): return sandboxMade(addresses)
    case .sandboxFailed(let reason):
      guard case .makingSandbox = stage else { return [] }
      problem = reason
      stage = .makingSandbox(retryAt: now + Self.sandboxRetry)
      return []
    case .networkOpened:
      guard stage == .waitingForNetwork else { return [] }
      stage = .running
      return startDue(at: now)
    case .started(let name):
      update(name) { $0.started(at: now) }
      // Asked to start before the end was asked for: the process has not had its SIGTERM.
      return isEnding ? [.askToEnd] : probeDue(at: now)
    case .ended(let name, let code, let reason): return ended(name, code, reason, at: now)
    case .probed(let name, let succeeded):
      update(name) { $0.probed(succeeded: succeeded, at: now) }
      return []
    case .deletionRequested(let seconds): return end(graceSeconds: seconds, at: now)
    case .sandboxRemoved:
      stage = .gone
      return [.confirmDeletion]
    case .clock: return timePassed(at: now)
    }
  }

  // MARK: Beginning

  private mutating func sandboxMade(_ addresses: [InetAddress]) -> [Action] {
    self.addresses = addresses
    problem = nil
    if case .makingSandbox = stage { stage = .waitingForNetwork }
    return []
  }

  private mutating func adopt(
    _ addresses: [InetAddress], _ memories: [String: ContainerMemory], at now: Duration
  ) -> [Action] {
    self.addresses = addresses
    stage = .waitingForNetwork
    for (name, memory) in memories { update(name) { $0.adopt(memory, at: now) } }
    return []
  }

  private mutating func startDue(at now: Duration) -> [Action] {
    var actions: [Action] = []
    for index in containers.indices {
      guard case .waiting(let until) = containers[index].state, until.map({ $0 <= now }) ?? true else { continue }
      containers[index].state = .starting
      actions.append(.start(container: containers[index].specification.name))
    }
    return actions
  }

  private mutating func probeDue(at now: Duration) -> [Action] {
    guard stage == .running else { return [] }
    var actions: [Action] = []
    for index in containers.indices where containers[index].nextProbe.map({ $0 <= now }) ?? false {
      containers[index].nextProbe = nil
      actions.append(.probe(container: containers[index].specification.name))
    }
    return actions
  }

  private mutating func timePassed(at now: Duration) -> [Action] {
    switch stage {
    case .makingSandbox(let retryAt?) where retryAt <= now:
      stage = .makingSandbox(retryAt: nil)
      return [.makeSandbox]
    case .running: return startDue(at: now) + probeDue(at: now)
    case .ending(let killAt?) where killAt <= now:
      stage = .ending(killAt: nil)
      return [.kill]
    default: return []
    }
  }

  // MARK: Ending

  private mutating func ended(_ name: String, _ code: Int32, _ reason: String?, at now: Duration) -> [Action] {
    guard isEnding else {
      let policy = specification.restartPolicy
      update(name) { $0.ended(code: code, reason: reason, policy: policy, at: now) }
      return []
    }
    update(name) { $0.stopped(code: code) }
    return removeIfQuiet()
  }

  private mutating func end(graceSeconds: Int, at now: Duration) -> [Action] {
    switch stage {
    case .ending(let killAt?):
      // A second request may only shorten the wait.
      stage = .ending(killAt: min(killAt, now + .seconds(graceSeconds)))
      return []
    case .ending, .removingSandbox, .gone: return []
    case .makingSandbox, .waitingForNetwork, .running: break
    }
    stage = .ending(killAt: now + .seconds(graceSeconds))
    let quiet = removeIfQuiet()
    return quiet.isEmpty ? [.askToEnd] : quiet
  }

  private mutating func removeIfQuiet() -> [Action] {
    guard case .ending = stage else { return [] }
    let isQuiet = containers.allSatisfy { !$0.isRunning && $0.state != .starting }
    guard isQuiet else { return [] }
    stage = .removingSandbox
    return [.removeSandbox]
  }

  private mutating func update(_ name: String, _ change: (inout ContainerLifecycle) -> Void) {
    guard let index = containers.firstIndex(where: { $0.specification.name == name }) else { return }
    change(&containers[index])
  }

  // MARK: Report

  /// How the pod stands now.
  var report: PodReport {
    PodReport(
      phase: phase, addresses: addresses, isReady: phase == .running && containers.allSatisfy(\.isReady),
      message: message, containers: containers.map { ContainerReport($0) })
  }

  private var phase: PodReport.Phase {
    if !containers.isEmpty, containers.allSatisfy(\.hasEnded) {
      return containers.allSatisfy { $0.state == .ended(code: 0) } ? .succeeded : .failed
    }
    return stage == .running || isEnding ? .running : .pending
  }

  private var message: String? {
    switch stage {
    case .makingSandbox: problem
    case .waitingForNetwork: "waits for the node's agent to open \(WorkloadInterface.name(of: specification.name))"
    default: nil
    }
  }
}

extension ContainerLifecycle {
  fileprivate var nextWake: Duration? {
    switch state {
    case .waiting(let until): until
    case .running: nextProbe
    case .starting, .ended: nil
    }
  }
}
