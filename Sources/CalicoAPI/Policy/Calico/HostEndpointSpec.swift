/// An interface of a node, or all of them, that policies are about.
public struct HostEndpointSpec: ZeroValue, Sendable {
  @OmitZero public var node: String
  /// A device's name; "*" means all of the host's; empty means the one that has one of `expectedIPs`.
  @OmitZero public var interfaceName: String
  /// The addresses that selectors find the endpoint by.
  @OmitZero public var expectedIPs: [String]
  /// Profiles in the order in which they are asked.
  @OmitZero public var profiles: [String]
  @OmitZero public var ports: [HostEndpointPort]

  public init() { self.init(node: "") }

  public init(
    node: String, interfaceName: String = "", expectedIPs: [String] = [], profiles: [String] = [],
    ports: [HostEndpointPort] = []
  ) {
    self.node = node
    self.interfaceName = interfaceName
    self.expectedIPs = expectedIPs
    self.profiles = profiles
    self.ports = ports
  }
}

/// A port of a host by name.
public struct HostEndpointPort: Codable, Hashable, Sendable {
  @OmitZero public var name: String
  public var `protocol`: CalicoProtocol
  /// 1 to 65535.
  public var port: Int

  public init(name: String, protocol: CalicoProtocol, port: Int) {
    self.name = name
    self.protocol = `protocol`
    self.port = port
  }
}
