import Logging
import Synchronization

/// How a kind's reflector is doing.
public struct ReflectorHealth: Sendable, Hashable {
  /// The resource: "pods".
  public var resource: String
  /// Whether a complete list has been delivered since the start.
  public var isSynced = false
  /// Why the kind cannot be followed at the moment; nil while all is well.
  public var failure: String?

  init(resource: String) { self.resource = resource }
}

/// Tells people of changes of state, one line each, and keeps the current state for who asks.
final class ReflectorJournal: Sendable {
  private let state: Mutex<ReflectorHealth>
  private let kind: String
  private let logger: Logger

  init(kind: String, logger: Logger) {
    self.kind = kind
    self.logger = logger
    state = Mutex(ReflectorHealth(resource: kind))
  }

  var health: ReflectorHealth { state.withLock { $0 } }

  func record(_ notice: ReflectorNotice) {
    switch notice {
    case .synced(let objects):
      state.withLock { $0.isSynced = true }
      logger.notice("\(kind): in sync with the API server, \(objects) objects")
    case .relisting(let reason):
      logger.info("\(kind): listing anew: \(reason)")
    case .failing(let reason):
      state.withLock { $0.failure = reason }
      logger.warning("\(reason); trying again until it works")
    case .recovered(let failures):
      state.withLock { $0.failure = nil }
      logger.notice("\(kind): following again, after \(failures) failed \(failures == 1 ? "attempt" : "attempts")")
    case .missing:
      state.withLock { $0.isSynced = true }
      logger.notice("\(kind): the API server does not serve this kind; taken as none until it does")
    case .served(let objects):
      logger.notice("\(kind): the API server serves this kind now, \(objects) objects")
    case .undecodable(let objects):
      for object in objects {
        logger.error("\(kind): \(object.key) cannot be read and keeps its last known state: \(object.reason)")
      }
    }
  }
}
