import CalicoAPI
import KubernetesClient

/// Makes the lab's nodes known to the API server.
struct NodeRegistration: Sendable {
  let client: APIClient

  /// Creates the Node, or brings the one that is there up to date.
  func register(_ node: LabNode, now: Timestamp = .now) async throws {
    let wanted = Self.object(node, now: now)
    do {
      _ = try await client.create(wanted)
    } catch  where error.isAlreadyExists {
      // The ranges of a node cannot change, and they follow from its number: only the status may be out of date.
    }
    _ = try await client.patch(
      Node.self, wanted.name, .merge(["status": wanted.status]), subresource: .status)
  }

  /// The Node of a lab's node: ranges, addresses, and Ready.
  static func object(_ node: LabNode, now: Timestamp) -> Node {
    let addresses = node.host.addresses.map { NodeAddress(type: .internalIP, address: "\($0.address)") }
    return Node(
      metadata: ObjectMeta(
        name: node.host.name,
        labels: ["kubernetes.io/hostname": node.host.name, "kubernetes.io/os": "linux"]),
      spec: NodeSpec(podCIDRs: node.podPrefixes.map { "\($0.network)" }),
      status: NodeStatus(
        addresses: addresses + [NodeAddress(type: .hostname, address: node.host.name)],
        conditions: [
          Condition(
            type: "Ready", status: .true, reason: "KubeletReady", message: "the lab's kubelet runs this node's pods",
            lastTransitionTime: now, lastHeartbeatTime: now)
        ]))
  }
}
