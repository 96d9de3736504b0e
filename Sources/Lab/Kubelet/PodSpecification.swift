/// What the lab's kubelet reads of a Pod.
struct PodSpecification: Hashable, Sendable {
  var name: PodName
  var uid: String
  /// The node it is bound to; nil as long as it waits for the scheduler.
  var nodeName: String?
  var nodeSelector: [String: String] = [:]
  /// Whether its deletion was asked for.
  var isTerminating = false
  /// Seconds between SIGTERM and SIGKILL; the default is Kubernetes'.
  var graceSeconds = 30
  var restartPolicy = RestartPolicy.always
  var containers: [ContainerSpecification]
}

/// Whether a container that ended is started again.
enum RestartPolicy: String, Hashable, Sendable {
  case always = "Always"
  case onFailure = "OnFailure"
  case never = "Never"

  func startsAgain(afterExit code: Int32) -> Bool {
    switch self {
    case .always: true
    case .onFailure: code != 0
    case .never: false
    }
  }
}

/// What the lab's kubelet reads of a container. The image plays no part: the command is a program of the machine.
struct ContainerSpecification: Hashable, Sendable {
  var name: String
  var image = ""
  /// `command` and `args`, one after the other.
  var command: [String]
  /// Values of `env`, "NAME" to "value".
  var environment: [String: String] = [:]
  /// Nil: ready as soon as it runs.
  var readiness: ReadinessProbe?
}

/// How the kubelet finds out whether a container can serve.
struct ReadinessProbe: Hashable, Sendable {
  enum Action: Hashable, Sendable {
    /// A TCP connection can be opened.
    case connect(port: UInt16)
    /// A GET is answered with a status from 200 to 399.
    case get(port: UInt16, path: String)
  }

  var action: Action
  var initialDelay: Duration = .zero
  var period: Duration = .seconds(10)
  var timeout: Duration = .seconds(1)
  /// So many failures in a row take a container that was ready out of service.
  var failureThreshold = 3
}
