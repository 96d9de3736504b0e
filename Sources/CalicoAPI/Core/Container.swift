/// A container of a pod: the fields that say what runs and where it listens.
public struct Container: Codable, Hashable, Sendable {
  public var name: String
  @OmitZero public var image: String
  /// The program, in place of the image's entry point.
  @OmitZero public var command: [String]
  @OmitZero public var args: [String]
  @OmitZero public var env: [EnvVar]
  @OmitZero public var ports: [ContainerPort]
  public var readinessProbe: Probe?

  public init(
    name: String, image: String = "", command: [String] = [], args: [String] = [], env: [EnvVar] = [],
    ports: [ContainerPort] = [], readinessProbe: Probe? = nil
  ) {
    self.name = name
    self.image = image
    self.command = command
    self.args = args
    self.env = env
    self.ports = ports
    self.readinessProbe = readinessProbe
  }
}

/// One variable of a container's environment.
public struct EnvVar: Codable, Hashable, Sendable {
  public var name: String
  @OmitZero public var value: String

  public init(name: String, value: String = "") {
    self.name = name
    self.value = value
  }
}

/// One port that a container listens on.
public struct ContainerPort: Codable, Hashable, Sendable {
  /// The name that a Service's `targetPort` may give.
  @OmitZero public var name: String
  public var containerPort: Int32
  @OmitZero public var hostPort: Int32
  @OmitZero public var hostIP: String
  /// Empty means TCP.
  @OmitZero public var `protocol`: PortProtocol

  public init(
    name: String = "", containerPort: Int32, hostPort: Int32 = 0, hostIP: String = "",
    protocol: PortProtocol = PortProtocol()
  ) {
    self.name = name
    self.containerPort = containerPort
    self.hostPort = hostPort
    self.hostIP = hostIP
    self.protocol = `protocol`
  }
}

/// The transport protocol of a port.
public struct PortProtocol: OpenEnum {
  public var rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }

  public static let tcp = PortProtocol(rawValue: "TCP")
  public static let udp = PortProtocol(rawValue: "UDP")
  public static let sctp = PortProtocol(rawValue: "SCTP")
}
