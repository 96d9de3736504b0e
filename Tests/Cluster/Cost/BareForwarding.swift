import Dataplane
import Netlink

@testable import Lab

/// Two hosts on the lab's switch with a pod each, that forward as Linux does by itself: cables, routes and parameters are
/// like those of the lab's nodes, but no agent knows them, and no program is attached.
struct BareForwarding {
  private let lab: Topology
  let hosts: [LabHost]
  let pods: [Sandbox]

  private static let pods = [["10.66.1.2", "fd66:0:0:1::2"], ["10.66.2.2", "fd66:0:0:2::2"]]

  init(_ lab: Topology) {
    self.lab = lab
    let hosts = [101, 102].map { LabHost(name: "bare\($0)", lab: lab.name, addresses: FabricAddresses.host($0)) }
    self.hosts = hosts
    pods = zip(hosts, Self.pods).map { host, addresses in
      Sandbox(
        namespace: "\(host.namespace).pod", nodeNamespace: host.namespace, interface: "cali\(host.name)",
        addresses: addresses.compactMap { InetAddress($0) })
    }
  }

  func make() throws {
    try remove()
    let switchboard = try NetlinkConnection(in: try NetworkNamespace(named: lab.fabricNamespace))
    let bridge = try switchboard.link(named: Topology.bridge).index
    for (index, host) in hosts.enumerated() {
      try Fabric(lab).plug(host, into: switchboard, bridge: bridge)
      try pods[index].make()
      try open(host, pods[index], other: (host: hosts[1 - index], pod: pods[1 - index]))
    }
  }

  /// What an agent does on its node, but for the programs.
  private func open(_ host: LabHost, _ pod: Sandbox, other: (host: LabHost, pod: Sandbox)) throws {
    let namespace = try NetworkNamespace(named: host.namespace)
    // Without the stack's reverse path check, which the lab's nodes have and their pods' packets pass by: nothing is cheaper.
    let parameters =
      KernelParameters.node + KernelParameters.workload(pod.interface)
      + KernelParameters.data(LabHost.interface, .disabled)
    for parameter in parameters { try namespace.writeSysctl(parameter.path, parameter.value) }
    let connection = try NetlinkConnection(in: namespace)
    let (inner, outer) = (
      try connection.link(named: pod.interface).index, try connection.link(named: LabHost.interface).index
    )
    try connection.setLink(inner, up: true)
    for address in pod.addresses { try connection.replaceRoute(Route(InetPrefix(host: address), interface: inner)) }
    for (address, node) in zip(other.pod.addresses, other.host.addresses) {
      try connection.replaceRoute(Route(InetPrefix(host: address), gateway: node.address, interface: outer))
    }
  }

  /// Takes away what an interrupted run left; the cables go with their ends.
  static func removeRest(of lab: LabName) throws {
    for name in try NetworkNamespace.names() where name.hasPrefix("\(lab)-bare") {
      try NetworkNamespace.delete(named: name)
    }
  }

  /// What is gone already is no error.
  func remove() throws {
    for pod in pods where try NetworkNamespace.names().contains(pod.nodeNamespace) { try pod.remove() }
    let switchboard = try NetlinkConnection(in: try NetworkNamespace(named: lab.fabricNamespace))
    for host in hosts {
      if try switchboard.findLink(named: host.name) != nil { try switchboard.deleteLink(named: host.name) }
      if try NetworkNamespace.names().contains(host.namespace) { try NetworkNamespace.delete(named: host.namespace) }
    }
  }
}
