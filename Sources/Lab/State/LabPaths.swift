/// Where a lab keeps its files and its kernel objects.
public struct LabPaths: Hashable, Sendable {
  /// The state folder. Everything in it belongs to the lab.
  public let folder: String
  /// The folder of pins; one folder below it for each node.
  public let pins: String
  /// The control group (version 2) of all processes of the lab.
  public let controlGroup: String

  /// Where named network namespaces are bound (iproute2's NETNS_RUN_DIR).
  static let namespaces = "/run/netns"
  /// Where the kernel's own file system of pins is expected (bpf(2)).
  static let bpffs = "/sys/fs/bpf"

  /// - Parameters:
  ///   - folder: the state folder, absolute; nil for /var/lib/NAME-lab.
  ///   - controlGroups: where the version 2 hierarchy is mounted.
  public init(lab: LabName, folder: String?, controlGroups: String) {
    self.folder = folder ?? "/var/lib/\(lab)-lab"
    pins = "\(Self.bpffs)/\(lab)"
    controlGroup = "\(controlGroups)/\(lab)"
  }

  var stateFile: String { "\(folder)/state.json" }
  var lockFile: String { "\(folder).lock" }
  var logs: String { "\(folder)/logs" }
  var pods: String { "\(folder)/pods" }
  /// What pods see as /etc/hosts.
  var hostsFile: String { "\(folder)/hosts" }
  /// Where the control plane keeps its database, its certificates and the kubeconfigs.
  public var controlPlane: String { "\(folder)/control-plane" }
  /// What the agents use to reach the API server, over the fabric.
  public var nodeKubeconfig: String { "\(controlPlane)/node.kubeconfig" }
  /// What kubectl uses, over the loopback.
  public var adminKubeconfig: String { "\(controlPlane)/admin.kubeconfig" }

  /// The log of a process of the lab: "control-plane", "kubelet", "node1".
  public func log(of component: String) -> String { "\(logs)/\(component).log" }
  /// The log of a pod's containers.
  public func log(of pod: PodName) -> String { "\(logs)/pod-\(pod.namespace).\(pod.name).log" }
  /// Where a node's agent tells what policies do at its pods.
  public func policies(of node: LabNode) -> String { "\(folder)/policies/\(node.host.name)" }
  public func pins(of node: LabNode) -> String { "\(pins)/\(node.host.name)" }
  public func controlGroup(of host: LabHost) -> String { "\(controlGroup)/\(host.name)" }
  public func controlGroup(ofPod uid: String, on node: LabNode) -> String { "\(controlGroup(of: node.host))/\(uid)" }

  /// The file that stands for a network namespace.
  public static func file(ofNamespace namespace: String) -> String { "\(namespaces)/\(namespace)" }
}
