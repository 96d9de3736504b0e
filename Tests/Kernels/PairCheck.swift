import DataplaneABI
import EBPF
import Glibc
import Netlink

/// Two pods behind pairs of devices, as a CNI plugin makes them, and a connection from one through a service to the other.
enum PairCheck {
  private static let pods: [UInt8] = [1, 2]
  private static let service = IPv4Address(10, 96, 0, 1)
  private static let gatewayMAC = HardwareAddress(0xee, 0xee, 0xee, 0xee, 0xee, 0xee)

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

/// A program at a hook, until this goes.
private final class Attached: Sendable {
  private let link: EBPF.Link

  init(_ datapath: Datapath, _ program: String, _ index: UInt32, _ hook: TrafficControl.Hook) throws {
    link = try TrafficControl.attach(try datapath.object.program(program), interface: index, hook)
  }
}

// MARK: Devices

extension PairCheck {
  private static func address(_ pod: UInt8) -> IPv4Address { IPv4Address(10, 65, 1, pod) }

  /// Gives a pod its network. Returns the index of the host's end.
  private static func connect(
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
    let gateway = InetAddress(169, 254, 1, 1)
    try inside.replaceNeighbour(Netlink.Neighbour(gateway, gatewayMAC, interface: end))
    try inside.addRoute(Netlink.Route(.all(.ipv4), gateway: gateway, interface: end, flags: .onLink))
    return UInt32(index)
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
    let server = try listener.accept()
    try expect("the client's address, as the server sees it", try server.peer(), "10.65.1.1")
    for byte: UInt8 in 0..<250 {
      try client.send(byte)
      try expect("what the server got", try server.receive(), byte)
      try server.send(~byte)
      try expect("what the client got", try client.receive(), ~byte)
    }
    return "answered"
  }
}

/// A TCP socket in a namespace. Every call ends within five seconds.
private final class PairSocket {
  private let descriptor: Int32

  init(in namespace: NetworkNamespace) throws {
    descriptor = try namespace.socket(domain: AF_INET, type: Int32(SOCK_STREAM.rawValue))
    limit()
  }

  private init(owning descriptor: Int32) {
    self.descriptor = descriptor
    limit()
  }

  deinit { close(descriptor) }

  private func limit() {
    var timeout = timeval(tv_sec: 5, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, size)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, size)
  }

  func listen(on port: UInt16) throws {
    guard Self.with("0.0.0.0", port, { bind(descriptor, $0, $1) }) == 0, Glibc.listen(descriptor, 4) == 0 else {
      throw Unexpected("listen: errno \(errno)")
    }
  }

  func connect(to address: String, _ port: UInt16) throws {
    guard Self.with(address, port, { Glibc.connect(descriptor, $0, $1) }) == 0 else {
      throw Unexpected("connect: errno \(errno)")
    }
  }

  func accept() throws -> PairSocket {
    let accepted = Glibc.accept(descriptor, nil, nil)
    guard accepted >= 0 else { throw Unexpected("accept: errno \(errno)") }
    return PairSocket(owning: accepted)
  }

  func send(_ byte: UInt8) throws {
    var byte = byte
    guard Glibc.send(descriptor, &byte, 1, Int32(MSG_NOSIGNAL)) == 1 else { throw Unexpected("send: errno \(errno)") }
  }

  func receive() throws -> UInt8 {
    var byte: UInt8 = 0
    guard recv(descriptor, &byte, 1, 0) == 1 else { throw Unexpected("receive: errno \(errno)") }
    return byte
  }

  func peer() throws -> String {
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &size) }
    }
    guard result == 0 else { throw Unexpected("getpeername: errno \(errno)") }
    return withUnsafeBytes(of: address.sin_addr) { $0.map { "\($0)" } }.joined(separator: ".")
  }

  private static func with(
    _ text: String, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    inet_pton(AF_INET, text, &address.sin_addr)
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
  }
}
