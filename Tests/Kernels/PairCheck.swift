import DataplaneABI
import EBPF
import Netlink

/// Two pods behind pairs of devices, as a CNI plugin makes them, and a connection from one through a service to the other.
enum PairCheck {
  private static let pods: [UInt8] = [1, 2]
  private static let service = IPv4Address(10, 96, 0, 1)
  static let gatewayMAC = HardwareAddress(0xee, 0xee, 0xee, 0xee, 0xee, 0xee)

  static func run(_ datapath: Datapath, _ report: inout Report) {
    report.check("a pod calls a service over veth pairs") { try call(datapath) { .veth(peer: $0) } }
    // Linux 6.7 and later.
    guard let version = KernelVersion.running, version >= KernelVersion(6, 7, 0) else { return }
    report.check("a pod calls a service over netkit pairs") { try call(datapath) { .netkit(peer: $0) } }
  }

  private static func call(_ datapath: Datapath, _ kind: (VethPeer) -> LinkKind) throws -> String {
    let node = try NetworkNamespace.anonymous()
    let namespaces = try pods.map { _ in try NetworkNamespace.anonymous() }
    let routes = try datapath.object.maps.typed(
      MapName.routes4, RouteKey<IPv4Address>.self, DataplaneABI.Route<IPv4Address>.self)
    var links: [UInt32] = []
    for (pod, namespace) in zip(pods, namespaces) {
      let index = try connect(pod, namespace, to: node, kind)
      let inside = try NetlinkConnection(in: namespace).link(named: "eth0")
      let mac = (inside.hardwareAddress?.bytes ?? []).withUnsafeBytes { $0.loadUnaligned(as: MACAddress.self) }
      try routes.update(
        RouteKey(host: address(pod)), DataplaneABI.Route(flags: [.workload, .local], interfaceIndex: index, mac: mac))
      links.append(index)
    }
    try fill(datapath.object)
    // An interface's index means something in its own namespace only.
    let attached = try node.run { [links] in
      try links.flatMap { index in
        [
          try Attached(datapath, "workload_ingress", index, .ingress),
          try Attached(datapath, "workload_egress", index, .egress),
        ]
      }
    }
    defer { withExtendedLifetime(attached) {} }
    return try talk(namespaces)
  }
}

// MARK: Devices

extension PairCheck {
  private static func address(_ pod: UInt8) -> IPv4Address { IPv4Address(10, 65, 1, pod) }

  /// Gives a pod its network. Returns the index of the host's end.
  static func connect(
    _ pod: UInt8, _ namespace: NetworkNamespace, to node: NetworkNamespace, _ kind: (VethPeer) -> LinkKind
  ) throws -> UInt32 {
    let outside = try NetlinkConnection(in: node)
    let name = "cali\(pod)"
    try outside.createLink(
      name, kind(VethPeer(name: "eth0", namespace: namespace)), LinkSettings(hardwareAddress: gatewayMAC))
    let index = try outside.link(named: name).index
    try outside.setLink(index, up: true)
    let inside = try NetlinkConnection(in: namespace)
    let end = try inside.link(named: "eth0").index
    try inside.setLink(end, up: true)
    try inside.addAddress(InterfaceAddress(InetPrefix(host: InetAddress(10, 65, 1, pod)), interface: end))
    try addGateway(InetAddress(169, 254, 1, 1), to: end, inside)
    return UInt32(index)
  }

  static func addGateway(_ gateway: InetAddress, to end: Int32, _ inside: NetlinkConnection) throws {
    try inside.replaceNeighbour(Netlink.Neighbour(gateway, gatewayMAC, interface: end))
    try inside.addRoute(Netlink.Route(.all(gateway.family), gateway: gateway, interface: end, flags: .onLink))
  }

  private static func fill(_ object: borrowing LoadedObject) throws {
    let (proto, port) = (IPProtocolNumber.tcp, BigEndian16(8080))
    try object.maps.typed(MapName.node, UInt32.self, NodeState.self).update(0, NodeState(routeGeneration: 0))
    try object.maps.typed(MapName.backends4, BackendKey.self, Backend<IPv4Address>.self)
      .update(BackendKey(id: 1, ordinal: 0), Backend(address: address(2), port: port))
    try object.maps.typed(MapName.members4, MemberKey<IPv4Address>.self, MemberFlags.self)
      .update(MemberKey(id: 1, address: address(2), port: port), [.takesNew, .serving])
    try object.maps.typed(MapName.frontends4, FrontendKey<IPv4Address>.self, Frontend.self)
      .update(FrontendKey(address: service, port: BigEndian16(80), proto: proto), Frontend(id: 1, count: 1))
  }
}

// MARK: Traffic

extension PairCheck {
  /// Pod 1 calls the service, pod 2 answers; a thousand bytes each way.
  private static func talk(_ namespaces: [NetworkNamespace]) throws -> String {
    let listener = try PairSocket(in: namespaces[1])
    try listener.listen(on: 8080)
    let client = try PairSocket(in: namespaces[0])
    try client.connect(to: "10.96.0.1", 80)
    try PairSocket.talk(client, try listener.accept(), clientSeenAs: "10.65.1.1")
    return "answered"
  }
}
