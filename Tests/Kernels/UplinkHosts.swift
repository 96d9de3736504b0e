import Netlink

/// A node and another host, with a pod on the node.
struct UplinkHosts {
  let node: NetworkNamespace
  let other: NetworkNamespace
  let pod: NetworkNamespace

  static let nodeAddresses = ["10.77.0.1/24", "fd77::1/64"]
  static let otherAddresses = ["10.77.0.2/24", "fd77::2/64"]

  init(_ device: UplinkDevice) throws {
    node = try NetworkNamespace.anonymous()
    other = try NetworkNamespace.anonymous()
    pod = try NetworkNamespace.anonymous()
    try NetlinkConnection(in: node).createLink("eth0", .veth(peer: VethPeer(name: "eth0", namespace: other)))
    try Self.configure(node, device, Self.nodeAddresses)
    try Self.configure(other, device, Self.otherAddresses)
    let netlink = try NetlinkConnection(in: other)
    let uplink = try netlink.link(named: device.name).index
    for (pods, gateway) in [("10.65.1.0/24", "10.77.0.1"), ("fd65::/64", "fd77::1")] {
      try netlink.addRoute(
        Netlink.Route(try found(InetPrefix(pods)), gateway: try found(InetAddress(gateway)), interface: uplink))
    }
  }

  /// The index of one of the node's links.
  func index(of name: String) throws -> UInt32 { UInt32(try NetlinkConnection(in: node).link(named: name).index) }

  /// As a CNI plugin does it. Returns the index of the host's end.
  func addPod() throws -> UInt32 {
    let index = try PairCheck.connect(1, pod, to: node) { .veth(peer: $0) }
    let inside = try NetlinkConnection(in: pod)
    let end = try inside.link(named: "eth0").index
    let address = InterfaceAddress(try found(InetPrefix("fd65::1/128")), interface: end, flags: .noDuplicateDetection)
    try inside.addAddress(address)
    try PairCheck.addGateway(try found(InetAddress("fe80::ecee:eeff:feee:eeee")), to: end, inside)
    return index
  }

  private static func configure(
    _ namespace: NetworkNamespace, _ device: UplinkDevice, _ addresses: [String]
  ) throws {
    let netlink = try NetlinkConnection(in: namespace)
    let cable = try netlink.link(named: "eth0").index
    switch device {
    case .veth: break
    case .vlan: try netlink.createLink(device.name, .vlan(identifier: 5, over: cable))
    case .bond:
      try netlink.createLink(device.name, .bond(.activeBackup))
      try netlink.changeLink(cable, LinkSettings(master: try netlink.link(named: device.name).index))
    }
    let uplink = try netlink.link(named: device.name)
    // The agent tells them by this.
    if device != .veth { try expect("the kind of \(device.name)", uplink.kind ?? "none", device.rawValue) }
    if device == .bond { try expect("eth0's master", try netlink.link(at: cable).master ?? 0, uplink.index) }
    for index in [cable, uplink.index] { try netlink.setLink(index, up: true) }
    for address in addresses {
      try netlink.addAddress(
        InterfaceAddress(try found(InetPrefix(address)), interface: uplink.index, flags: .noDuplicateDetection))
    }
  }
}

/// An address that is written down here.
func found<Value>(_ value: Value?) throws(Unexpected) -> Value {
  guard let value else { throw Unexpected("an address is none") }
  return value
}
