/// What is known of a container from before this kubelet.
struct ContainerMemory: Hashable, Sendable {
  var isRunning: Bool
  var isReady = false
  var restarts = 0
}

/// One container of a pod: what its process does, and what it did before.
struct ContainerLifecycle: Hashable, Sendable {
  enum State: Hashable, Sendable {
    /// Not running; to be started at that time, at once if nil.
    case waiting(until: Duration?)
    /// Asked to be started, with no answer yet.
    case starting
    case running(since: Duration)
    /// Ended for good.
    case ended(code: Int32)
  }

  let specification: ContainerSpecification
  var state = State.waiting(until: nil)
  /// How often it was started again.
  var restarts = 0
  /// Why it does not run, for people: the exit of the last run, or the error of the last start.
  var lastFailure: String?
  /// The exit code of the run before; nil for the first run.
  var lastExitCode: Int32?
  var isReady = false
  /// When to probe next; nil if there is nothing to probe, or a probe is under way.
  var nextProbe: Duration?
  private var failedProbes = 0
  /// The wait before the next start.
  private var backOff = Self.firstBackOff

  private static let firstBackOff = Duration.milliseconds(500)
  private static let longestBackOff = Duration.seconds(30)
  /// A run this long makes earlier failures forgotten.
  private static let goodRun = Duration.seconds(60)

  init(specification: ContainerSpecification) { self.specification = specification }

  var isRunning: Bool { if case .running = state { true } else { false } }
  var hasEnded: Bool { if case .ended = state { true } else { false } }

  /// Goes on where another kubelet stopped: what was ready stays so until a probe says otherwise.
  mutating func adopt(_ memory: ContainerMemory, at now: Duration) {
    restarts = memory.restarts
    guard memory.isRunning else { return }
    started(at: now)
    isReady = isReady || memory.isReady
  }

  mutating func started(at now: Duration) {
    state = .running(since: now)
    failedProbes = 0
    if let probe = specification.readiness {
      isReady = false
      nextProbe = now + probe.initialDelay
    } else {
      isReady = true
    }
  }

  /// The process ended, or could not be started (then `reason` tells why).
  mutating func ended(code: Int32, reason: String?, policy: RestartPolicy, at now: Duration) {
    if case .running(let since) = state, now - since >= Self.goodRun { backOff = Self.firstBackOff }
    isReady = false
    nextProbe = nil
    lastFailure = reason ?? "ended with code \(code)"
    guard policy.startsAgain(afterExit: code) else {
      state = .ended(code: code)
      return
    }
    lastExitCode = code
    restarts += 1
    state = .waiting(until: now + backOff)
    backOff = min(backOff * 2, Self.longestBackOff)
  }

  /// Ended while the pod was being stopped: it is not started again.
  mutating func stopped(code: Int32) {
    isReady = false
    nextProbe = nil
    state = .ended(code: code)
  }

  mutating func probed(succeeded: Bool, at now: Duration) {
    guard let probe = specification.readiness, isRunning else { return }
    failedProbes = succeeded ? 0 : failedProbes + 1
    if succeeded { isReady = true }
    if failedProbes >= probe.failureThreshold { isReady = false }
    // Until it is ready for the first time it is asked more often than the period says: a lab should be up soon.
    nextProbe = now + (isReady ? probe.period : min(probe.period, .milliseconds(100)))
  }
}
