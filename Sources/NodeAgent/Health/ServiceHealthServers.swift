import Hummingbird
import Logging
import Services
import Synchronization

/// The HTTP servers at the `healthCheckNodePort`s of services whose traffic stays on the node: load balancers ask them which
/// nodes have endpoints.
public struct ServiceHealthServers: Sendable {
  private let wanted = Wanted()
  private let calls: AsyncStream<Void>
  private let caller: AsyncStream<Void>.Continuation
  private let logger: Logger
  private let firstPause: Duration
  private let isHealthy: @Sendable () -> Bool

  private final class Wanted: Sendable {
    let health = Mutex<[UInt16: ServiceHealth]>([:])
  }

  /// - Parameters:
  ///   - firstPause: before a port that could not be had is tried again; each time twice as long, up to 30 s.
  ///   - isHealthy: whether the agent does its work.
  public init(
    logger: Logger, firstPause: Duration = .seconds(1), isHealthy: @escaping @Sendable () -> Bool
  ) {
    self.logger = logger
    self.firstPause = firstPause
    self.isHealthy = isHealthy
    (calls, caller) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
  }

  /// Says what is to be told at which port; the last word counts.
  public func want(_ health: [UInt16: ServiceHealth]) {
    let ports = wanted.health.withLock { old in
      defer { old = health }
      return Set(old.keys)
    }
    if ports != Set(health.keys) { caller.yield() }
  }

  /// Serves until the task is cancelled.
  public func run() async {
    var servers: [UInt16: Task<Void, Never>] = [:]
    for await _ in calls {
      let ports = wanted.health.withLock { Set($0.keys) }
      for (port, server) in servers where !ports.contains(port) {
        server.cancel()
        servers[port] = nil
      }
      for port in ports where servers[port] == nil { servers[port] = Task { await serve(port) } }
    }
    for server in servers.values { server.cancel() }
  }

  private func serve(_ port: UInt16) async {
    var failures = SentenceLog()
    var pause = firstPause
    while !Task.isCancelled {
      do {
        try await listen(port)
        return
      } catch {
        if Task.isCancelled { return }
        let name = wanted.health.withLock { $0[port]?.service.description } ?? ""
        let sentence =
          "Service \(name): its health check cannot be served at port \(port), so load balancers may leave out this "
          + "node: \(error); is the port taken? It is tried again"
        for new in failures.update([sentence]).new { logger.error("\(new)") }
      }
      try? await Task.sleep(for: pause)
      pause = min(pause * 2, .seconds(30))
    }
  }

  /// Serves at the node's addresses of both families, or of IPv4 where the node has no IPv6, until the task is cancelled.
  private func listen(_ port: UInt16) async throws {
    do {
      try await application("::", port).run()
    } catch {
      if Task.isCancelled { return }
      try await application("0.0.0.0", port).run()
    }
  }

  private func application(_ host: String, _ port: UInt16) -> some ApplicationProtocol {
    var quiet = logger
    quiet.logLevel = .critical
    // Any path and any method, as with kube-proxy.
    let responder = CallbackResponder<BasicRequestContext> { _, _ in
      answer(port)?.response ?? Response(status: .notFound)
    }
    return Application(
      responder: responder,
      configuration: ApplicationConfiguration(address: .hostname(host, port: Int(port))), logger: quiet)
  }

  /// What is told at the port now; nil when its service has just gone.
  func answer(_ port: UInt16) -> ServiceHealthAnswer? {
    let health = wanted.health.withLock { $0[port] }
    return health.map { ServiceHealthAnswer(health: $0, isAgentHealthy: isHealthy()) }
  }
}
