/// How to find out whether a container is ready. Of the three actions one is given.
public struct Probe: Codable, Hashable, Sendable {
  public var httpGet: HTTPGetAction?
  public var tcpSocket: TCPSocketAction?
  public var exec: ExecAction?
  @OmitZero public var initialDelaySeconds: Int32
  /// 0 means 1.
  @OmitZero public var timeoutSeconds: Int32
  /// 0 means 10.
  @OmitZero public var periodSeconds: Int32
  /// 0 means 1.
  @OmitZero public var successThreshold: Int32
  /// 0 means 3.
  @OmitZero public var failureThreshold: Int32

  public init(
    httpGet: HTTPGetAction? = nil, tcpSocket: TCPSocketAction? = nil, exec: ExecAction? = nil,
    initialDelaySeconds: Int32 = 0, timeoutSeconds: Int32 = 0, periodSeconds: Int32 = 0, successThreshold: Int32 = 0,
    failureThreshold: Int32 = 0
  ) {
    self.httpGet = httpGet
    self.tcpSocket = tcpSocket
    self.exec = exec
    self.initialDelaySeconds = initialDelaySeconds
    self.timeoutSeconds = timeoutSeconds
    self.periodSeconds = periodSeconds
    self.successThreshold = successThreshold
    self.failureThreshold = failureThreshold
  }
}

/// A probe that asks for a page: 200 to 399 means success.
public struct HTTPGetAction: Codable, Hashable, Sendable {
  @OmitZero public var path: String
  public var port: IntOrString
  @OmitZero public var host: String
  /// "HTTP" or "HTTPS"; empty means "HTTP".
  @OmitZero public var scheme: String

  public init(path: String = "", port: IntOrString, host: String = "", scheme: String = "") {
    self.path = path
    self.port = port
    self.host = host
    self.scheme = scheme
  }
}

/// A probe that opens a connection.
public struct TCPSocketAction: Codable, Hashable, Sendable {
  public var port: IntOrString
  @OmitZero public var host: String

  public init(port: IntOrString, host: String = "") {
    self.port = port
    self.host = host
  }
}

/// A probe that runs a program: exit status 0 means success.
public struct ExecAction: Codable, Hashable, Sendable {
  @OmitZero public var command: [String]

  public init(command: [String]) { self.command = command }
}
