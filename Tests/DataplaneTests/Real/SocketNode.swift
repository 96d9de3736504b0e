import CalicoAPI
import DataplaneABI
import Glibc
import Netlink

@testable import Dataplane

/// A node with programs at a cgroup, whose services lead to sockets on its loopback interface.
final class SocketNode {
  let node: RealNode
  let cgroup: TestCgroup
  private(set) var kernel: LinuxKernel
  private var reconciler: SocketReconciler

  init(_ mode: ConnectTimeLoadBalancing) throws {
    node = try RealNode(pods: [])
    try node.setUp("lo")
    cgroup = try TestCgroup()
    kernel = try node.start()
    reconciler = SocketReconciler(LinuxSockets(kernel, cgroup: cgroup.path))
    try reconciler.apply(mode)
  }

  var sockets: LinuxSockets { LinuxSockets(kernel, cgroup: cgroup.path) }

  /// Another process of the agent takes over.
  func restart(_ mode: ConnectTimeLoadBalancing) throws {
    kernel = try node.start()
    reconciler = SocketReconciler(sockets)
    try reconciler.apply(mode)
  }

  func apply(_ mode: ConnectTimeLoadBalancing) throws {
    reconciler.distrust()
    try reconciler.apply(mode)
  }

  // MARK: Services

  /// The service as a socket of that kind dials it.
  func service(_ kind: SocketKind) -> Endpoint {
    switch kind {
    case .v4: Endpoint(address: "10.96.0.1", port: 80)
    case .v6: Endpoint(address: "fd96::1", port: 80)
    case .mapped: Endpoint(address: "::ffff:10.96.0.1", port: 80)
    }
  }

  /// Leads the service, over TCP and UDP, to these ports of the loopback address.
  func setService(_ kind: SocketKind, ports: [UInt16], affinitySeconds: UInt32 = 0, port: UInt16 = 80, id: UInt32 = 1)
    throws
  {
    let tables = try kernel.tables()
    if kind.isIPv4 {
      try set(tables.ipv4, IPv4Address(10, 96, 0, 1), IPv4Address(127, 0, 0, 1), ports, affinitySeconds, port, id)
    } else {
      let (service, loopback) = (try unwrap(IPv6Address("fd96::1")), try unwrap(IPv6Address("::1")))
      try set(tables.ipv6, service, loopback, ports, affinitySeconds, port, id)
    }
  }

  private func set<Address: TextualIPAddress>(
    _ tables: FamilyTables<Address>, _ service: Address, _ loopback: Address, _ ports: [UInt16], _ seconds: UInt32,
    _ port: UInt16, _ id: UInt32
  ) throws {
    try tables.backends.write(
      ports.enumerated().map { ordinal, target in
        (
          key: BackendKey(id: id, ordinal: UInt32(ordinal)),
          value: Backend(address: loopback, port: BigEndian16(target))
        )
      })
    // As the agent does: who is no longer a backend is no member.
    try tables.members.remove(try tables.members.read().map(\.key).filter { $0.id == id })
    try tables.members.write(
      ports.map {
        (key: MemberKey(id: id, address: loopback, port: BigEndian16($0)), value: [.takesNew, .serving])
      })
    let frontend = Frontend(id: id, count: UInt32(ports.count), affinitySeconds: seconds)
    try tables.frontends.write(
      [IPProtocolNumber.tcp, IPProtocolNumber.udp].map {
        (key: FrontendKey(address: service, port: BigEndian16(port), proto: $0), value: frontend)
      })
  }

  // MARK: Sockets

  /// A socket that the programs see.
  func client(_ kind: SocketKind, _ type: __socket_type = SOCK_STREAM) throws -> EitherSocket {
    try EitherSocket(kind, type, in: node.namespace, cgroup)
  }

  /// A socket that they do not see.
  func stranger(_ kind: SocketKind, _ type: __socket_type = SOCK_STREAM) throws -> EitherSocket {
    try EitherSocket(kind, type, in: node.namespace)
  }

  /// A socket that serves on a port of the loopback address which sockets of that kind reach.
  func server(_ kind: SocketKind, _ type: __socket_type = SOCK_STREAM) throws -> (socket: EitherSocket, port: UInt16) {
    let socket = try EitherSocket(kind.isIPv4 ? .v4 : .v6, type, in: node.namespace)
    return (socket, try socket.serve())
  }

  /// What the programs have counted.
  func counted(_ event: CounterIndex) throws -> UInt64 {
    try kernel.readCounters()[.sockets]?.events[Int(event.rawValue)] ?? 0
  }

  /// Who has chosen a backend.
  func choices<Address: IPAddress>(_: Address.Type) throws -> [ChoiceKey<Address>] {
    let name = Address.bitWidth == 32 ? MapName.choices4 : MapName.choices6
    return try kernel.datapath.map(name, ChoiceKey<Address>.self, Choice<Address>.self).keys()
  }

  func counted(_ drop: Drop) throws -> UInt64 {
    try kernel.readCounters()[.sockets]?.drops[Int(drop.rawValue)] ?? 0
  }
}
