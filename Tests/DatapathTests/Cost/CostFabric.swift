import Netlink

/// A network namespace with a node's interface, and a router behind it that leads to everybody outside.
struct CostFabric {
  private let namespace: NetworkNamespace

  init() throws {
    namespace = try .anonymous()
    let netlink = try NetlinkConnection(in: namespace)
    // The peer is numbered first.
    try netlink.createLink("switch", .veth(peer: VethPeer(name: "eth0")), LinkSettings(isUp: true))
    let interface = try netlink.link(named: "eth0").index
    guard interface == Int32(LiveHook.interface) else { throw Mismatch("eth0 is interface \(interface)") }
    try netlink.setLink(interface, up: true)
    // It asks for routers otherwise, and its packets would be measured with the others.
    try namespace.writeSysctl("net/ipv6/conf/switch/disable_ipv6", "1")
    for sysctl in ["net/ipv4/ip_forward", "net/ipv6/conf/all/forwarding"] { try namespace.writeSysctl(sysctl, "1") }
    for family in FamilyName.allCases { try settle(netlink, interface, family) }
  }

  /// Runs `body` there, on a thread of its own.
  func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) throws -> Value {
    try namespace.run(body)
  }

  private func settle(_ netlink: NetlinkConnection, _ interface: Int32, _ family: FamilyName) throws {
    func address(_ place: Place) throws -> InetAddress {
      guard let address = InetAddress(bytes: place.octets(family)) else { throw Mismatch("no address for \(place)") }
      return address
    }
    let length = family == .v4 ? 24 : 64
    // None of the two nodes that are measured: to the routing tables both are elsewhere.
    guard let subnet = InetPrefix(try address(.node(100)), length: length),
      let everywhere = InetPrefix(family == .v4 ? "0.0.0.0/0" : "::/0")
    else { throw Mismatch("no prefix") }
    try netlink.addAddress(InterfaceAddress(subnet, interface: interface, flags: .noDuplicateDetection))
    for host: UInt8 in [1, 2, 254] {
      try netlink.addNeighbour(
        Neighbour(try address(.node(host)), HardwareAddress(2, 0, 0, 0, 0, host), interface: interface))
    }
    try netlink.addRoute(Netlink.Route(everywhere, gateway: try address(.node(254)), interface: interface))
  }
}
