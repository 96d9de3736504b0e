import Netlink

/// What a lab is made of. It follows from the name and the number of nodes alone, so that a process with no memory
/// can tell what belongs to the lab.
public struct Topology: Hashable, Sendable {
  public let name: LabName
  public let nodeCount: Int

  /// How many nodes a lab can have; the addresses would allow 199.
  public static let nodeCounts = 1...50

  /// Nil if `nodeCount` is not in `nodeCounts`.
  public init?(name: LabName, nodeCount: Int) {
    guard Self.nodeCounts.contains(nodeCount) else { return nil }
    self.name = name
    self.nodeCount = nodeCount
  }

  /// The nodes, in order.
  public var nodes: [LabNode] { (1...nodeCount).map { LabNode(number: $0, lab: name) } }

  /// A host beside the cluster, for traffic from the outside.
  public var client: LabHost { LabHost(name: "client", lab: name, addresses: FabricAddresses.client) }

  /// Where the API server can be reached from the nodes. The process itself runs in the machine's own namespace and
  /// has one listening socket in here.
  public var control: LabHost { LabHost(name: "control", lab: name, addresses: FabricAddresses.control) }

  /// The network namespace that holds the switch between the hosts.
  public var fabricNamespace: String { "\(name)-fabric" }

  /// The bridge in the fabric namespace.
  public static let bridge = "br0"

  /// Every host with a port at the switch.
  public var hosts: [LabHost] { nodes.map(\.host) + [client, control] }

  /// Every network namespace but those of pods.
  public var namespaces: [String] { [fabricNamespace] + hosts.map(\.namespace) }

  /// The network namespace of a pod. No host is called so: their names hold no dot.
  public func namespace(ofPod pod: PodName) -> String { "\(name)-\(pod.namespace).\(pod.name)" }

  /// The node of that name; nil if there is none.
  public func node(named nodeName: String) -> LabNode? { nodes.first { $0.host.name == nodeName } }
}
