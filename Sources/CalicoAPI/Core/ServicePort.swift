/// One port of a Service.
public struct ServicePort: Codable, Hashable, Sendable {
  /// The port's name, by which EndpointSlices refer to it; may be empty where there is one port.
  @OmitZero public var name: String
  /// Empty means TCP.
  @OmitZero public var `protocol`: PortProtocol
  public var appProtocol: String?
  public var port: Int32
  /// The port of the pods, or its name; absent means the same as `port`.
  public var targetPort: IntOrString?
  /// The port on every node, 0 where there is none.
  @OmitZero public var nodePort: Int32

  public init(
    name: String = "", protocol: PortProtocol = PortProtocol(), appProtocol: String? = nil, port: Int32,
    targetPort: IntOrString? = nil, nodePort: Int32 = 0
  ) {
    self.name = name
    self.protocol = `protocol`
    self.appProtocol = appProtocol
    self.port = port
    self.targetPort = targetPort
    self.nodePort = nodePort
  }
}

/// How long a client stays with its backend.
public struct SessionAffinityConfig: Codable, Hashable, Sendable {
  /// The settings of affinity by client address.
  public struct ClientIP: Codable, Hashable, Sendable {
    /// Seconds since the client's last connection, 1 to 86400; absent means 10800.
    public var timeoutSeconds: Int32?

    public init(timeoutSeconds: Int32? = nil) { self.timeoutSeconds = timeoutSeconds }
  }

  public var clientIP: ClientIP?

  public init(clientIP: ClientIP? = nil) { self.clientIP = clientIP }
}
