import DataplaneABI
import EBPF
import Glibc

/// Attaches every socket program to a cgroup, and dials services from a process in it.
enum SocketCheck {
  private static let mount = "/tmp/apus-kernel-check-cgroup"
  private static let folder = "\(mount)/apus-kernel-check"

  private static let hooks: [(program: String, attach: AttachType)] = [
    ("getpeername4", .cgroupGetpeername4), ("getpeername6", .cgroupGetpeername6), ("recvmsg4", .cgroupRecvmsg4),
    ("recvmsg6", .cgroupRecvmsg6), ("sendmsg4", .cgroupSendmsg4), ("sendmsg6", .cgroupSendmsg6),
    ("connect4", .cgroupConnect4), ("connect6", .cgroupConnect6),
  ]

  static func run(_ datapath: Datapath, _ report: inout Report) {
    do {
      try enter()
      defer { leave() }
      var links: [String: Held] = [:]
      report.check("attach the socket programs to a cgroup") {
        for hook in hooks {
          links[hook.program] = Held(
            try Link.attachCgroup(datapath.object.program(hook.program), path: folder, hook.attach))
        }
        return "\(links.count) links"
      }
      for caller in Caller.allCases {
        report.check("\(caller) sockets reach a service") { try reach(caller, datapath.object) }
      }
      report.check("the programs for TCP take their place") {
        for name in ["connect4", "connect6"] { try links[name]?.link.update(datapath.object.program("\(name)_tcp")) }
        for caller in Caller.allCases { try connect(caller, datapath.object) }
        return ""
      }
    } catch {
      report.check("a cgroup for socket programs") { throw error }
    }
  }

  /// A link in a collection.
  private final class Held {
    let link: Link
    init(_ link: consuming Link) { self.link = link }
  }

  // MARK: The cgroup

  private static func enter() throws {
    for folder in ["/tmp", mount] where mkdir(folder, 0o755) != 0 && errno != EEXIST {
      throw failure("mkdir \(folder)")
    }
    guard Glibc.mount("none", mount, "cgroup2", 0, nil) == 0 else { throw failure("mount cgroup2") }
    guard mkdir(folder, 0o755) == 0 || errno == EEXIST else { throw failure("mkdir \(folder)") }
    try join(folder)
  }

  private static func leave() {
    try? join(mount)
    rmdir(folder)
    umount(mount)
    rmdir(mount)
  }

  private static func join(_ folder: String) throws {
    let file = open("\(folder)/cgroup.procs", O_WRONLY)
    guard file >= 0 else { throw failure("open \(folder)/cgroup.procs") }
    defer { close(file) }
    guard write(file, "0", 1) == 1 else { throw failure("join \(folder)") }
  }

  // MARK: What sockets do

  private static func reach(_ caller: Caller, _ object: borrowing LoadedObject) throws -> String {
    try connect(caller, object)
    try talk(caller, object)
    try setService(caller, object, port: nil)
    let socket = try CheckSocket(caller, SOCK_STREAM)
    try expect("errno without a backend", socket.connect(to: caller.service), ECONNREFUSED)
    return "connected, answered, refused"
  }

  private static func connect(_ caller: Caller, _ object: borrowing LoadedObject) throws {
    let server = try CheckSocket(caller, SOCK_STREAM)
    try setService(caller, object, port: try server.serve())
    let client = try CheckSocket(caller, SOCK_STREAM)
    try expect("errno of connect", client.connect(to: caller.service), 0)
    try expect("the other side", try client.peer(), caller.service)
  }

  private static func talk(_ caller: Caller, _ object: borrowing LoadedObject) throws {
    let server = try CheckSocket(caller, SOCK_DGRAM)
    try setService(caller, object, port: try server.serve())
    let client = try CheckSocket(caller, SOCK_DGRAM)
    try client.send(to: caller.service)
    let question = try server.receive()
    try server.send(to: question)
    try expect("who answers", try client.receive(), caller.service)
  }

  /// A service over TCP and UDP with one backend on the loopback address, or with none.
  private static func setService(_ caller: Caller, _ object: borrowing LoadedObject, port: UInt16?) throws {
    switch caller {
    case .ipv4, .mapped:
      try setService(
        object, MapName.frontends4, MapName.backends4, IPv4Address(10, 96, 0, 1), IPv4Address(127, 0, 0, 1), port)
    case .ipv6:
      guard let service = IPv6Address("fd96::1"), let loopback = IPv6Address("::1") else { return }
      try setService(object, MapName.frontends6, MapName.backends6, service, loopback, port)
    }
  }

  private static func setService<Address: IPAddress>(
    _ object: borrowing LoadedObject, _ frontends: String, _ backends: String, _ service: Address,
    _ loopback: Address, _ port: UInt16?
  ) throws {
    let frontends = try object.maps.typed(frontends, FrontendKey<Address>.self, Frontend.self)
    let backends = try object.maps.typed(backends, BackendKey.self, Backend<Address>.self)
    if let port {
      try backends.update(BackendKey(id: 9, ordinal: 0), Backend(address: loopback, port: BigEndian16(port)))
    }
    for proto in [IPProtocolNumber.tcp, IPProtocolNumber.udp] {
      let key = FrontendKey(address: service, port: BigEndian16(80), proto: proto)
      try frontends.update(key, Frontend(id: 9, count: port == nil ? 0 : 1))
    }
  }

  private static func failure(_ call: String) -> Unexpected { Unexpected("\(call): errno \(errno)") }
}
