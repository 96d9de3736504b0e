import DataplaneABI
import EBPF
import Glibc
import Netlink
import Routing
import Synchronization

@testable import Dataplane

/// A node in a network namespace of its own, with pods in theirs, and a folder in bpffs. Gone with its last reference.
final class RealNode: Sendable {
  let namespace: NetworkNamespace
  let folder: PinFolder
  private let netlink: NetlinkConnection
  private let fabric: NetworkNamespace
  private let pods: Mutex<[UInt8: NetworkNamespace]> = Mutex([:])
  private let programs: KeptPrograms
  private let starts = Atomic(0)

  static let canRun = geteuid() == 0
  private static let created = Atomic(0)

  /// A node whose uplink has the scene's address, and pods whose host-side interfaces are down.
  init(pods numbers: [UInt8]) throws {
    try BPFFileSystem.mount()
    namespace = try NetworkNamespace.anonymous()
    fabric = try NetworkNamespace.anonymous()
    let number = Self.created.add(1, ordering: .relaxed).newValue
    folder = PinFolder(path: "\(BPFFileSystem.defaultMountPoint)/apus-dataplane-test-\(getpid())-\(number)")
    netlink = try NetlinkConnection(in: namespace)
    programs = KeptPrograms.borrow()
    try netlink.createLink(
      "eth0", .veth(peer: VethPeer(name: "port1", namespace: fabric)), LinkSettings(isUp: true))
    let uplink = try netlink.link(named: "eth0")
    try netlink.addAddress(
      InterfaceAddress(try unwrap(InetPrefix("10.77.0.1/24")), interface: uplink.index))
    let switchboard = try NetlinkConnection(in: fabric)
    try switchboard.setLink(try switchboard.link(named: "port1").index, up: true)
    for number in numbers { try addPod(number) }
  }

  deinit {
    let outcome = try? DataplaneCleanup(folder: folder, in: namespace).run()
    // Maps that a program may still be at work on are for nobody else.
    if outcome?.failures.isEmpty == true { programs.giveBack() }
  }

  /// As the CNI plugin makes a pod's network.
  func addPod(_ number: UInt8) throws {
    let pod = try NetworkNamespace.anonymous()
    let gatewayMAC = HardwareAddress(0xee, 0xee, 0xee, 0xee, 0xee, 0xee)
    try netlink.createLink(
      "cali\(number)", .veth(peer: VethPeer(name: "eth0", namespace: pod)), LinkSettings(hardwareAddress: gatewayMAC))
    let inside = try NetlinkConnection(in: pod)
    let index = try inside.link(named: "eth0").index
    try inside.setLink(try inside.link(named: "lo").index, up: true)
    try inside.setLink(index, up: true)
    try inside.addAddress(
      InterfaceAddress(InetPrefix(host: InetAddress(10, 65, 1, number)), interface: index))
    let gateway = InetAddress(169, 254, 1, 1)
    try inside.replaceNeighbour(Neighbour(gateway, gatewayMAC, interface: index))
    try inside.addRoute(Netlink.Route(.all(.ipv4), gateway: gateway, interface: index, flags: .onLink))
    pods.withLock { $0[number] = pod }
  }

  /// A default route, as nodes have one: what goes to a service's address leaves by it.
  func routeServices() throws {
    let uplink = try netlink.link(named: "eth0").index
    let gateway = InetAddress(10, 77, 0, 254)
    try netlink.replaceNeighbour(Neighbour(gateway, HardwareAddress(2, 0, 0, 0, 0, 9), interface: uplink))
    try netlink.addRoute(Netlink.Route(.all(.ipv4), gateway: gateway, interface: uplink))
    try netlink.setLink(try netlink.link(named: "lo").index, up: true)
  }

  /// Gives an interface of the node an address, and sets it up.
  func addAddress(_ prefix: String, to interface: String) throws {
    let index = try netlink.link(named: interface).index
    try netlink.addAddress(InterfaceAddress(try unwrap(InetPrefix(prefix)), interface: index))
    try netlink.setLink(index, up: true)
  }

  /// Deletes the pod's interface; its namespace ends with its last socket.
  func removePod(_ number: UInt8) throws {
    try netlink.deleteLink(named: "cali\(number)")
    pods.withLock { $0[number] = nil }
  }

  func pod(_ number: UInt8) throws -> NetworkNamespace { try unwrap(pods.withLock { $0[number] }) }

  func isUp(_ interface: String) throws -> Bool { try netlink.link(named: interface).isUp }
  func setUp(_ interface: String) throws { try netlink.setLink(try netlink.link(named: interface).index, up: true) }

  /// The destinations of our routes in the main table.
  func routes() throws -> [String] {
    try netlink.routes(family: .ipv4, table: Netlink.Route.mainTable, protocol: .calico).map { "\($0)" }.sorted()
  }

  func deleteRoute(to destination: String) throws {
    for route in try netlink.routes(family: .ipv4, protocol: .calico) where "\(route.destination)" == destination {
      try netlink.deleteRoute(route)
    }
  }

  /// The number of programs at a hook of an interface, whoever attached them.
  func programCount(_ interface: String, _ hook: TrafficControl.Hook) throws -> Int {
    let index = UInt32(try netlink.link(named: interface).index)
    return try namespace.run { try TrafficControl.query(interface: index, hook).entries.count }
  }

  /// What an agent has when it starts here. Each start has other programs than the one before, as another process has.
  ///
  /// - Parameter loadsAll: whether the kernel takes every program anew, though equal ones may be there for tests.
  func start(
    _ mechanism: TrafficControl.Mechanism = .automatic, loadsAll: Bool = false
  ) throws -> LinuxKernel {
    let process = starts.add(1, ordering: .relaxed).newValue % 2
    let programs = programs
    if !loadsAll { try programs.pin(in: folder) }
    return try LinuxKernel(
      folder: folder, in: namespace, mechanism: mechanism,
      load: { loadsAll ? try $0.load($1) : try programs.load($0, $1, process: process) },
      // A node holds half a million flows; a test does with less memory.
      adjust: { $0.maxEntries = min($0.maxEntries, 1024) })
  }
}

/// An optional that a test needs.
struct Missing: Error {}

func unwrap<Value>(_ value: Value?) throws -> Value {
  guard let value else { throw Missing() }
  return value
}
