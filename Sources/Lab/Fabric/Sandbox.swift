import Netlink

/// A pod's network: its namespace, and the cable to its node, addressed as Calico's CNI plugin does.
///
/// The host-side end stays down. The node's agent brings it up once its programs and maps are in place: until then the
/// pod is unreachable.
struct Sandbox: Hashable, Sendable {
  /// The name of the pod's network namespace.
  let namespace: String
  /// The name of the node's network namespace.
  let nodeNamespace: String
  /// The name of the host-side end.
  let interface: String
  /// The pod's addresses.
  let addresses: [InetAddress]

  /// Makes what is missing of it.
  func make() throws(NetlinkError) {
    let names = try NetworkNamespace.names()
    let pod =
      names.contains(namespace)
      ? try NetworkNamespace(named: namespace) : try NetworkNamespace.create(named: namespace)
    let node = try NetworkNamespace(named: nodeNamespace)
    try layCable(from: node, to: pod)
    try configure(pod)
  }

  private func layCable(from node: NetworkNamespace, to pod: NetworkNamespace) throws(NetlinkError) {
    let connection = try NetlinkConnection(in: node)
    if try connection.findLink(named: interface) == nil {
      try connection.createLink(
        interface, .veth(peer: VethPeer(name: LabHost.interface, namespace: pod)),
        LinkSettings(hardwareAddress: WorkloadInterface.hardwareAddress))
    }
    // Every host-side end has the same link-local address; each is alone with its pod, so there is nothing to detect.
    try node.writeSysctl("net/ipv6/conf/\(interface)/accept_dad", "0")
  }

  private func configure(_ pod: NetworkNamespace) throws(NetlinkError) {
    let connection = try NetlinkConnection(in: pod)
    try connection.setLink(try connection.link(named: "lo").index, up: true)
    let interface = try connection.link(named: LabHost.interface).index
    try connection.setLink(interface, up: true)
    for address in addresses {
      try connection.replaceAddress(
        InterfaceAddress(InetPrefix(host: address), interface: interface, flags: .noDuplicateDetection))
      let gateway = WorkloadInterface.gateway(address.family)
      try connection.replaceNeighbour(Neighbour(gateway, WorkloadInterface.hardwareAddress, interface: interface))
      if address.family == .ipv4 {
        try connection.replaceRoute(Route(InetPrefix(host: gateway), interface: interface))
      }
      try connection.replaceRoute(
        Route(.all(address.family), gateway: gateway, interface: interface, flags: .onLink))
    }
  }

  /// Whether the agent has opened the host-side end.
  func isOpen() throws(NetlinkError) -> Bool {
    let connection = try NetlinkConnection(in: try NetworkNamespace(named: nodeNamespace))
    return try connection.findLink(named: interface)?.isUp ?? false
  }

  /// Whether namespace and cable exist.
  func isThere() throws(NetlinkError) -> Bool {
    guard try NetworkNamespace.names().contains(namespace) else { return false }
    let connection = try NetlinkConnection(in: try NetworkNamespace(named: nodeNamespace))
    return try connection.findLink(named: interface) != nil
  }

  /// Takes both away; what is gone already is no error.
  func remove() throws(NetlinkError) {
    do throws(NetlinkError) {
      let connection = try NetlinkConnection(in: try NetworkNamespace(named: nodeNamespace))
      try connection.deleteLink(named: interface)
    } catch {
      guard error.isNotFound else { throw error }
    }
    do throws(NetlinkError) {
      try NetworkNamespace.delete(named: namespace)
    } catch {
      guard error.isNotFound else { throw error }
    }
  }
}
