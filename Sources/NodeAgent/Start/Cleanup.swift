import Dataplane
import EBPF
import Logging

/// Removes what the agent of a node left in the kernel: programs, pins and routes.
public enum Cleanup {
  /// Pods' interfaces go down first: without programs they would be an open door.
  public static func run(_ configuration: AgentConfiguration, logger: Logger) throws {
    try Preflight.check(configuration)
    let outcome = try DataplaneCleanup(folder: PinFolder(path: configuration.bpffs)).run()
    if let folder = configuration.policyFolder { PolicyFolder(path: folder).clear() }
    logger.notice("cleaned up", metadata: ["programs": "\(outcome.programs)", "routes": "\(outcome.routes)"])
    for failure in outcome.failures { logger.error("\(failure)") }
    if !outcome.failures.isEmpty {
      throw AgentError("\(outcome.failures.count) things could not be removed; the lines above say which and why")
    }
  }
}
