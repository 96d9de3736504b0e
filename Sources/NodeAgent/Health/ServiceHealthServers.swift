import Foundation
import Glibc
import Logging
import Services
import Synchronization

/// The HTTP servers at the `healthCheckNodePort`s of services whose traffic stays on the node: load balancers ask them which
/// nodes have endpoints.
///
/// One thread of its own serves all ports. (They come and go with services while clients connect, which servers on
/// NIO's asynchronous channels do not stand: a connection that is accepted while its server ends takes the process along.)
public final class ServiceHealthServers: Sendable {
  private let wanted = Mutex<[UInt16: ServiceHealth]>([:])
  private let isEnded = Atomic(false)
  private let logger: Logger
  private let firstPause: Duration
  private let isHealthy: @Sendable () -> Bool
  /// A pipe that ends the thread's wait: its end to read and its end to write.
  private let alarm: (reader: Int32, writer: Int32)

  /// - Parameters:
  ///   - firstPause: before a port that could not be had is tried again; each time twice as long, up to 30 s.
  ///   - isHealthy: whether the agent does its work.
  public init(
    logger: Logger, firstPause: Duration = .seconds(1), isHealthy: @escaping @Sendable () -> Bool
  ) {
    self.logger = logger
    self.firstPause = firstPause
    self.isHealthy = isHealthy
    var ends: [Int32] = [-1, -1]
    // Without one, a change waits for a second.
    if pipe(&ends) == 0 { ends.forEach(setNonblocking) }
    alarm = (reader: ends[0], writer: ends[1])
  }

  deinit {
    for end in [alarm.reader, alarm.writer] where end >= 0 { close(end) }
  }

  /// Says what is to be told at which port; the last word counts.
  public func want(_ health: [UInt16: ServiceHealth]) {
    let old = wanted.withLock { wanted in
      defer { wanted = health }
      return Set(wanted.keys)
    }
    if old != Set(health.keys) { wake() }
  }

  /// Serves until the task is cancelled.
  public func run() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        Thread.detachNewThread { [self] in
          serve()
          continuation.resume()
        }
      }
    } onCancel: {
      isEnded.store(true, ordering: .releasing)
      wake()
    }
  }

  private func wake() {
    var one: UInt8 = 1
    _ = write(alarm.writer, &one, 1)
  }

  private func serve() {
    var loop = HealthCheckLoop(alarm: alarm.reader, firstPause: firstPause)
    while !isEnded.load(ordering: .acquiring) {
      let health = wanted.withLock { $0 }
      for failure in loop.settle(Set(health.keys)) {
        let name = health[failure.port]?.service.description ?? ""
        logger.error(
          """
          Service \(name): its health check cannot be served at port \(failure.port), so load balancers may leave out this \
          node: \(failure.reason); it is tried again until the port is free
          """)
      }
      loop.turn { port in self.answer(port) }
    }
    loop.end()
  }

  /// What is told at the port now; nil when its service has just gone.
  func answer(_ port: UInt16) -> ServiceHealthAnswer? {
    let health = wanted.withLock { $0[port] }
    return health.map { ServiceHealthAnswer(health: $0, isAgentHealthy: isHealthy()) }
  }
}
