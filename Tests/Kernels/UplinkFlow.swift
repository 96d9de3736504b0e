import DataplaneABI
import EBPF
import Glibc
import Netlink

/// A host that calls a pod, and the pod that calls a service whose backend is that host; one family.
struct UplinkFlow<Address: IPAddress & LosslessStringConvertible> {
  let pod: String
  let service: String
  let backend: String
  /// TCP or SCTP.
  var proto = IPProtocolNumber.tcp
  /// Names of the maps of this family.
  let maps: (routes: String, frontends: String, backends: String, members: String)

  private static var identifier: UInt32 { 7 }
  private static var port: UInt16 { 8080 }

  func run(_ hosts: UplinkHosts, _ object: borrowing LoadedObject, pod index: UInt32, uplink: UInt32) throws {
    try fill(hosts, object.maps, index, uplink)
    let isIPv6 = pod.contains(":")
    let before = try counted(object.maps, index, uplink)
    try connect(from: hosts.other, to: pod, Self.port, hosts.pod, isIPv6, seenAs: backend)
    try connect(from: hosts.pod, to: service, 80, hosts.other, isIPv6, seenAs: pod)
    // By these programs, and not around them.
    let after = try counted(object.maps, index, uplink)
    try expect("new flows at the uplink", after.new - before.new, 1)
    try expect("flows of the service at the pod", after.service - before.service, 1)
    let caller = try PairSocket(in: hosts.pod, isIPv6: isIPv6, proto: proto)
    try expect("what a service without backends refuses with", try caller.refusal(by: service, 81), ECONNREFUSED)
  }

  private func counted(_ maps: MapSet, _ index: UInt32, _ uplink: UInt32) throws -> (new: UInt64, service: UInt64) {
    let counters = try maps.typed(MapName.counters, CounterKey.self, Counters.self)
    func sum(_ interface: UInt32, _ event: CounterIndex) throws -> UInt64 {
      let key = CounterKey(interfaceIndex: interface, hook: 0)
      return try (counters.lookUpPerCPU(key) ?? []).reduce(0) { $0 + $1.events[Int(event.rawValue)] }
    }
    return (try sum(uplink, .newFlow), try sum(index, .serviceFlow))
  }

  private func connect(
    from client: NetworkNamespace, to address: String, _ port: UInt16, _ server: NetworkNamespace, _ isIPv6: Bool,
    seenAs source: String
  ) throws {
    let listener = try PairSocket(in: server, isIPv6: isIPv6, proto: proto)
    try listener.listen(on: Self.port)
    let socket = try PairSocket(in: client, isIPv6: isIPv6, proto: proto)
    try socket.connect(to: address, port)
    try PairSocket.talk(socket, try listener.accept(), clientSeenAs: source)
  }

  private func fill(_ hosts: UplinkHosts, _ maps: MapSet, _ index: UInt32, _ uplink: UInt32) throws {
    let (pod, service, backend) = (
      try found(Address(pod)), try found(Address(service)), try found(Address(backend))
    )
    let port = BigEndian16(Self.port)
    try maps.typed(MapName.node, UInt32.self, NodeState.self).update(0, NodeState(routeGeneration: 0))
    let inside = try NetlinkConnection(in: hosts.pod).link(named: "eth0")
    let mac = (inside.hardwareAddress?.bytes ?? []).withUnsafeBytes { $0.loadUnaligned(as: MACAddress.self) }
    let routes = try maps.typed(self.maps.routes, RouteKey<Address>.self, DataplaneABI.Route<Address>.self)
    try routes.update(
      RouteKey(host: pod), DataplaneABI.Route(flags: [.workload, .local], interfaceIndex: index, mac: mac))
    try routes.update(
      RouteKey(host: backend),
      DataplaneABI.Route(flags: [.host, .sameSubnet], interfaceIndex: uplink, nextHop: backend))
    try maps.typed(self.maps.backends, BackendKey.self, Backend<Address>.self)
      .update(BackendKey(id: Self.identifier, ordinal: 0), Backend(address: backend, port: port))
    try maps.typed(self.maps.members, MemberKey<Address>.self, MemberFlags.self)
      .update(MemberKey(id: Self.identifier, address: backend, port: port), [.takesNew, .serving])
    try maps.typed(self.maps.frontends, FrontendKey<Address>.self, Frontend.self)
      .update(
        FrontendKey(address: service, port: BigEndian16(80), proto: proto),
        Frontend(id: Self.identifier, count: 1))
    // One without backends.
    try maps.typed(self.maps.frontends, FrontendKey<Address>.self, Frontend.self)
      .update(
        FrontendKey(address: service, port: BigEndian16(81), proto: proto),
        Frontend(id: Self.identifier &+ 1, count: 0))
  }
}

extension UplinkFlow where Address == IPv4Address {
  static var ipv4: UplinkFlow {
    UplinkFlow(
      pod: "10.65.1.1", service: "10.96.0.7", backend: "10.77.0.2",
      maps: (MapName.routes4, MapName.frontends4, MapName.backends4, MapName.members4))
  }
}

extension UplinkFlow where Address == IPv6Address {
  static var ipv6: UplinkFlow {
    UplinkFlow(
      pod: "fd65::1", service: "fd96::7", backend: "fd77::2",
      maps: (MapName.routes6, MapName.frontends6, MapName.backends6, MapName.members6))
  }
}
