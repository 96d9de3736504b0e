/// What is seen of a container.
public struct ContainerStatus: Codable, Hashable, Sendable {
  public var name: String
  public var ready: Bool
  public var restartCount: Int32
  public var image: String
  public var imageID: String
  @OmitZero public var containerID: String
  public var started: Bool?
  public var state: ContainerState?

  public init(
    name: String, ready: Bool, restartCount: Int32 = 0, image: String = "", imageID: String = "",
    containerID: String = "", started: Bool? = nil, state: ContainerState? = nil
  ) {
    self.name = name
    self.ready = ready
    self.restartCount = restartCount
    self.image = image
    self.imageID = imageID
    self.containerID = containerID
    self.started = started
    self.state = state
  }
}

/// What a container is doing: one of the three is given.
public struct ContainerState: Codable, Hashable, Sendable {
  /// Not running yet, or waiting to start again.
  public struct Waiting: Codable, Hashable, Sendable {
    @OmitZero public var reason: String
    @OmitZero public var message: String

    public init(reason: String = "", message: String = "") {
      self.reason = reason
      self.message = message
    }
  }

  /// Running since.
  public struct Running: Codable, Hashable, Sendable {
    public var startedAt: Timestamp?

    public init(startedAt: Timestamp? = nil) { self.startedAt = startedAt }
  }

  /// Ended.
  public struct Terminated: Codable, Hashable, Sendable {
    public var exitCode: Int32
    @OmitZero public var signal: Int32
    @OmitZero public var reason: String
    @OmitZero public var message: String
    public var startedAt: Timestamp?
    public var finishedAt: Timestamp?

    public init(
      exitCode: Int32, signal: Int32 = 0, reason: String = "", message: String = "", startedAt: Timestamp? = nil,
      finishedAt: Timestamp? = nil
    ) {
      self.exitCode = exitCode
      self.signal = signal
      self.reason = reason
      self.message = message
      self.startedAt = startedAt
      self.finishedAt = finishedAt
    }
  }

  public var waiting: Waiting?
  public var running: Running?
  public var terminated: Terminated?

  public init(waiting: Waiting? = nil, running: Running? = nil, terminated: Terminated? = nil) {
    self.waiting = waiting
    self.running = running
    self.terminated = terminated
  }
}
