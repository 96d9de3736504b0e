/// Some of the endpoints of a Service, of one family (discovery.k8s.io/v1).
public struct EndpointSlice: KubernetesObject {
  public static var group: String { "discovery.k8s.io" }
  public static var version: String { "v1" }
  public static var kind: String { "EndpointSlice" }
  public static var plural: String { "endpointslices" }
  public static var isNamespaced: Bool { true }

  /// The label that names the Service.
  public static let serviceNameLabel = "kubernetes.io/service-name"
  /// The label that names who writes the slice.
  public static let managedByLabel = "endpointslice.kubernetes.io/managed-by"

  public internal(set) var apiVersion = APIVersionOf<Self>()
  public internal(set) var kind = KindOf<Self>()
  public var metadata: ObjectMeta
  public var addressType: EndpointAddressType
  @OmitZero public var endpoints: [Endpoint]
  /// The ports of every endpoint of the slice.
  @OmitZero public var ports: [EndpointPort]

  public init(
    metadata: ObjectMeta, addressType: EndpointAddressType, endpoints: [Endpoint] = [], ports: [EndpointPort] = []
  ) {
    self.metadata = metadata
    self.addressType = addressType
    self.endpoints = endpoints
    self.ports = ports
  }

  /// The Service that the slice belongs to, empty where the label is missing.
  public var serviceName: String { metadata.labels[Self.serviceNameLabel] ?? "" }
}

/// What the addresses of a slice are.
public struct EndpointAddressType: OpenEnum {
  public var rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }

  public static let ipv4 = EndpointAddressType(rawValue: "IPv4")
  public static let ipv6 = EndpointAddressType(rawValue: "IPv6")
  public static let fqdn = EndpointAddressType(rawValue: "FQDN")
}

/// One port of a slice's endpoints.
public struct EndpointPort: Codable, Hashable, Sendable {
  /// The name of the Service's port; absent and empty mean the same.
  public var name: String?
  /// Absent means TCP.
  public var `protocol`: PortProtocol?
  /// Absent means all ports.
  public var port: Int32?
  public var appProtocol: String?

  public init(
    name: String? = nil, protocol: PortProtocol? = nil, port: Int32? = nil, appProtocol: String? = nil
  ) {
    self.name = name
    self.protocol = `protocol`
    self.port = port
    self.appProtocol = appProtocol
  }
}
