import Netlink

/// How a pod stands, as its status tells it.
struct PodReport: Hashable, Sendable {
  enum Phase: String, Hashable, Sendable {
    case pending = "Pending"
    case running = "Running"
    case succeeded = "Succeeded"
    case failed = "Failed"
  }

  var phase: Phase
  /// IPv4 first.
  var addresses: [InetAddress]
  var isReady: Bool
  /// Why it is not further; nil if there is nothing to say.
  var message: String?
  var containers: [ContainerReport]
}

/// How a container stands.
struct ContainerReport: Hashable, Sendable {
  enum State: Hashable, Sendable {
    case waiting(reason: String, message: String?)
    case running
    case terminated(code: Int32)
  }

  var name: String
  var image: String
  var isReady: Bool
  var restarts: Int
  var state: State
  /// The exit code of the run before; nil if there was none.
  var lastExitCode: Int32?

  init(_ container: ContainerLifecycle) {
    name = container.specification.name
    image = container.specification.image
    isReady = container.isReady
    restarts = container.restarts
    lastExitCode = container.lastExitCode
    state =
      switch container.state {
      case .waiting, .starting:
        .waiting(
          reason: container.restarts > 0 ? "CrashLoopBackOff" : "ContainerCreating", message: container.lastFailure)
      case .running: .running
      case .ended(let code): .terminated(code: code)
      }
  }
}
