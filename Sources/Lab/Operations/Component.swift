import Netlink

/// A long-running process of the lab: its name, where it runs, and its command.
struct Component: Hashable, Sendable {
  let name: String
  let enclosure: Enclosure
  let command: [String]
  /// For the status: where it can be reached.
  let remark: String

  static let controlPlane = "control-plane"
  static let kubelet = "kubelet"

  /// The port of the API server on the fabric.
  static let fabricPort: UInt16 = 6443

  /// All processes of a lab, in the order in which they start.
  ///
  /// - Parameter program: the path of the `apus` binary.
  static func all(of state: LabState, _ topology: Topology, _ paths: LabPaths, program: String) -> [Component] {
    [controlPlane(state, topology, paths, program)]
      + topology.nodes.map { node($0, paths, program) }
      + [kubelet(topology, paths, program)]
  }

  private static func controlPlane(
    _ state: LabState, _ topology: Topology, _ paths: LabPaths, _ program: String
  ) -> Component {
    let fabric = topology.control.addresses.flatMap { prefix in
      let address = prefix.family == .ipv4 ? "\(prefix.address)" : "[\(prefix.address)]"
      let file = LabPaths.file(ofNamespace: topology.control.namespace)
      return ["--listen", "netns=\(file),\(address):\(fabricPort)"]
    }
    return Component(
      name: controlPlane, enclosure: Enclosure(controlGroup: paths.controlGroup(of: topology.control)),
      command: [
        program, "control-plane", "--data-dir", paths.controlPlane, "--listen", "127.0.0.1:\(state.apiPort)",
      ] + fabric,
      remark: "https://127.0.0.1:\(state.apiPort)")
  }

  private static func node(_ node: LabNode, _ paths: LabPaths, _ program: String) -> Component {
    let group = paths.controlGroup(of: node.host)
    return Component(
      name: node.host.name, enclosure: Enclosure(namespace: node.host.namespace, controlGroup: group),
      command: [
        program, "node", "--node-name", node.host.name, "--kubeconfig", paths.nodeKubeconfig,
        "--bpffs", paths.pins(of: node), "--cgroup", group,
        "--policy-dir", paths.policies(of: node),
      ],
      remark: node.host.addresses.map { "\($0.address)" }.joined(separator: ", "))
  }

  private static func kubelet(_ topology: Topology, _ paths: LabPaths, _ program: String) -> Component {
    Component(
      name: kubelet, enclosure: Enclosure(controlGroup: paths.controlGroup(of: topology.control)),
      command: [program, "lab", "kubelet", "--name", "\(topology.name)", "--state", paths.folder],
      remark: "runs the pods of all nodes")
  }
}
