/// A node (core/v1).
public struct Node: KubernetesObject {
  public static var group: String { "" }
  public static var version: String { "v1" }
  public static var kind: String { "Node" }
  public static var plural: String { "nodes" }
  public static var isNamespaced: Bool { false }

  public internal(set) var apiVersion = APIVersionOf<Self>()
  public internal(set) var kind = KindOf<Self>()
  public var metadata: ObjectMeta
  @OmitZero public var spec: NodeSpec
  @OmitZero public var status: NodeStatus

  public init(metadata: ObjectMeta, spec: NodeSpec = NodeSpec(), status: NodeStatus = NodeStatus()) {
    self.metadata = metadata
    self.spec = spec
    self.status = status
  }
}

/// What is wanted of a node.
public struct NodeSpec: ZeroValue, Sendable {
  /// The range of the node's pods, of the first family: "10.65.1.0/24". Equal to `podCIDRs[0]`.
  @OmitZero public var podCIDR: String
  /// The ranges of the node's pods, at most one of each family.
  @OmitZero public var podCIDRs: [String]
  @OmitZero public var providerID: String
  /// Whether new pods stay away from this node.
  @OmitZero public var unschedulable: Bool

  public init() { self.init(podCIDRs: []) }

  public init(podCIDR: String? = nil, podCIDRs: [String], providerID: String = "", unschedulable: Bool = false) {
    self.podCIDR = podCIDR ?? podCIDRs.first ?? ""
    self.podCIDRs = podCIDRs
    self.providerID = providerID
    self.unschedulable = unschedulable
  }
}

/// What is seen of a node.
public struct NodeStatus: ZeroValue, Sendable {
  @OmitZero public var addresses: [NodeAddress]
  @OmitZero public var conditions: [Condition]

  public init() { self.init(addresses: []) }

  public init(addresses: [NodeAddress], conditions: [Condition] = []) {
    self.addresses = addresses
    self.conditions = conditions
  }

  /// The node's own addresses in order, as text: IPv4 and IPv6 where it has both.
  public var internalIPs: [String] { addresses.filter { $0.type == .internalIP }.map(\.address) }
}

/// One address or name of a node.
public struct NodeAddress: Codable, Hashable, Sendable {
  public var type: NodeAddressType
  public var address: String

  public init(type: NodeAddressType, address: String) {
    self.type = type
    self.address = address
  }
}

/// What a node's address is good for.
public struct NodeAddressType: OpenEnum {
  public var rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }

  public static let internalIP = NodeAddressType(rawValue: "InternalIP")
  public static let externalIP = NodeAddressType(rawValue: "ExternalIP")
  public static let hostname = NodeAddressType(rawValue: "Hostname")
}
