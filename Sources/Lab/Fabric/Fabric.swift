import Netlink

/// Builds the hosts of a lab and the switch between them. Building again adds what is missing and changes nothing else.
public struct Fabric: Sendable {
  let topology: Topology

  public init(_ topology: Topology) { self.topology = topology }

  /// The names of the lab's namespaces that exist already, those of pods not counted.
  public func existingNamespaces() throws(NetlinkError) -> [String] {
    let names = Set(try NetworkNamespace.names())
    return topology.namespaces.filter(names.contains)
  }

  public func build() throws(NetlinkError) {
    let fabric = try namespace(topology.fabricNamespace)
    let switchboard = try NetlinkConnection(in: fabric)
    if try switchboard.findLink(named: Topology.bridge) == nil {
      try switchboard.createLink(Topology.bridge, .bridge, LinkSettings(isUp: true))
    }
    let bridge = try switchboard.link(named: Topology.bridge)
    for host in topology.hosts { try plug(host, into: switchboard, bridge: bridge.index) }
    try addDefaultRoutes()
    try addRoutesToPods()
  }

  /// Opens a namespace, made if need be, with its loopback up.
  private func namespace(_ name: String) throws(NetlinkError) -> NetworkNamespace {
    let isThere = try NetworkNamespace.names().contains(name)
    let namespace = isThere ? try NetworkNamespace(named: name) : try NetworkNamespace.create(named: name)
    let connection = try NetlinkConnection(in: namespace)
    try connection.setLink(try connection.link(named: "lo").index, up: true)
    return namespace
  }

  /// Connects a host to the switch.
  func plug(_ host: LabHost, into switchboard: NetlinkConnection, bridge: Int32) throws(NetlinkError) {
    let namespace = try namespace(host.namespace)
    let connection = try NetlinkConnection(in: namespace)
    if try connection.findLink(named: LabHost.interface) == nil {
      try switchboard.createLink(
        host.name, .veth(peer: VethPeer(name: LabHost.interface, namespace: namespace)),
        LinkSettings(isUp: true, master: bridge))
    }
    let interface = try connection.link(named: LabHost.interface).index
    try connection.setLink(interface, up: true)
    for address in host.addresses {
      // Nobody else has these addresses; detection would only make the first second fail.
      try connection.replaceAddress(InterfaceAddress(address, interface: interface, flags: .noDuplicateDetection))
    }
  }

  /// Nodes have a way to the world outside, which here leads to the host of the control plane and no further. What a node
  /// itself sends to a Service is routed by it, and taken off it by the programs.
  private func addDefaultRoutes() throws(NetlinkError) {
    for node in topology.nodes {
      let connection = try NetlinkConnection(in: try NetworkNamespace(named: node.host.namespace))
      let interface = try connection.link(named: LabHost.interface).index
      for gateway in FabricAddresses.control {
        try connection.replaceRoute(
          Route(
            .all(gateway.address.family), gateway: gateway.address, interface: interface, routeProtocol: .staticRoute))
      }
    }
  }

  /// The client outside the cluster reaches pods as a host does that hears the nodes' routes.
  private func addRoutesToPods() throws(NetlinkError) {
    let connection = try NetlinkConnection(in: try NetworkNamespace(named: topology.client.namespace))
    let interface = try connection.link(named: LabHost.interface).index
    for node in topology.nodes {
      for (pods, own) in zip(node.podPrefixes, node.host.addresses) {
        try connection.replaceRoute(
          Route(pods.network, gateway: own.address, interface: interface, routeProtocol: .staticRoute))
      }
    }
  }

  /// Takes the namespaces away, and with them all that is in them.
  public func remove() throws(NetlinkError) {
    for name in try existingNamespaces() { try NetworkNamespace.delete(named: name) }
  }
}
