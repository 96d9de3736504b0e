import Netlink

/// A network namespace with one port at the switch.
public struct LabHost: Hashable, Sendable {
  /// "node1", "client", "control"; also the name of its port at the switch.
  public let name: String
  /// The name of the network namespace, a file in /run/netns.
  public let namespace: String
  /// Its addresses on the fabric, IPv4 first.
  public let addresses: [InetPrefix]

  /// The host's end of the cable.
  public static let interface = "eth0"

  init(name: String, lab: LabName, addresses: [InetPrefix]) {
    self.name = name
    self.namespace = "\(lab)-\(name)"
    self.addresses = addresses
  }
}

/// A node of the cluster: a host with a share of the pods' addresses.
public struct LabNode: Hashable, Sendable {
  /// From 1.
  public let number: Int
  public let host: LabHost
  /// The pods' subnets on this node, IPv4 first (`Node.spec.podCIDRs`).
  public let podPrefixes: [InetPrefix]

  init(number: Int, lab: LabName) {
    self.number = number
    host = LabHost(name: "node\(number)", lab: lab, addresses: FabricAddresses.host(number))
    podPrefixes = PodAddresses.prefixes(ofNode: number)
  }
}
