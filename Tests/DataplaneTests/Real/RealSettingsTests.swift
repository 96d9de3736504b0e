import CalicoAPI
import DataplaneABI
import EBPF
import Glibc
import Netlink
import Routing
import Testing

@testable import Dataplane

@Suite("Settings on the real kernel", .serialized, .enabled(if: RealNode.canRun, "needs root"))
struct RealSettingsTests {
  private static func turn(_ node: RealNode, _ change: (inout NodeSettings) -> Void = { _ in }) throws -> ApplyReport {
    let kernel = try node.start()
    var driver = try kernel.driver()
    var scene = Scene(pods: [1])
    scene.settings.addresses.ipv4 = IPv4Address(10, 77, 0, 1)
    change(&scene.settings)
    return try driver.turn(scene, in: kernel)
  }

  private static func state(_ node: RealNode) throws -> NodeState {
    guard let map = try Map.openPinned("\(node.folder.maps)/\(MapName.node)") else { throw Missing() }
    return try unwrap(try map.typed(UInt32.self, NodeState.self).lookUp(0))
  }

  @Test("the programs' map has them after the first turn, and a change after the next; the generation only grows")
  func nodeState() throws {
    let node = try RealNode(pods: [1])
    #expect(try Self.turn(node).failures == [])
    let first = try Self.state(node)
    #expect(first.address4 == IPv4Address(10, 77, 0, 1))
    #expect(first.sourcePorts == .sourceTranslation)
    #expect(first.flags == [.dropEndpointToHost, .wantsWayBack])
    #expect(first.timeouts == .standard)
    let report = try Self.turn(node) { settings in
      settings.felix.endpointToHost = .accept
      settings.timeouts.udp = 1_000_000_000
    }
    #expect(report.failures == [])
    let second = try Self.state(node)
    #expect(second.flags == .wantsWayBack)
    #expect(second.timeouts.udp == 1_000_000_000)
    #expect(second.routeGeneration > first.routeGeneration)
  }

  @Test("ports are reserved beside an operator's, follow the setting over a restart, and go with the clean-up")
  func reservedPorts() throws {
    let node = try RealNode(pods: [1])
    func reserved() throws -> String { try node.namespace.readSysctl(ReservedPorts.parameter) }
    try node.namespace.writeSysctl(ReservedPorts.parameter, "8080,20005-20010")
    #expect(try Self.turn(node).failures == [])
    #expect(try reserved() == "8080,20000-29999")
    let other = try #require(PortSpan(first: 40000, last: 40009))
    #expect(try Self.turn(node) { $0.felix.sourcePorts = other }.failures == [])
    #expect(try reserved() == "8080,20005-20010,40000-40009")
    #expect(try DataplaneCleanup(folder: node.folder, in: node.namespace).run().failures == [])
    #expect(try reserved() == "8080,20005-20010")
  }

  @Test("where nobody else reserved any, the clean-up leaves none")
  func noneLeft() throws {
    let node = try RealNode(pods: [1])
    #expect(try Self.turn(node).failures == [])
    #expect(try DataplaneCleanup(folder: node.folder, in: node.namespace).run().failures == [])
    #expect(try node.namespace.readSysctl(ReservedPorts.parameter) == "")
  }

  @Test("TC attaches clsact filters, and what is attached stays as it is when the setting changes")
  func attachType() throws {
    let node = try RealNode(pods: [1])
    let kernel = try node.start()
    var driver = try kernel.driver()
    var scene = Scene(pods: [1])
    scene.settings.felix.attachType = .tc
    #expect(try driver.turn(scene, in: kernel).failures == [])
    #expect(try node.programCount("cali1", .ingress) == 0)
    scene.settings.felix.attachType = .tcx
    #expect(try driver.turn(scene, in: kernel).failures == [])
    #expect(try node.programCount("cali1", .ingress) == 0)
    // Another interface of the same name.
    try node.removePod(1)
    try node.addPod(1)
    #expect(try driver.turn(scene, in: kernel).failures == [])
    #expect(try node.programCount("cali1", .ingress) == 1)
  }

  @Test("the kernel tells what interfaces are: ports, masters, headers, lengths, default routes")
  func facts() throws {
    let node = try RealNode(pods: [1])
    let netlink = try NetlinkConnection(in: node.namespace)
    try netlink.createLink("br0", .bridge, LinkSettings(isUp: true))
    let bridge = try netlink.link(named: "br0").index
    try netlink.createLink("port0", .veth(peer: VethPeer(name: "port9")), LinkSettings(mtu: 1400, master: bridge))
    let kernel = try node.start()
    func read() throws -> [String: InterfaceState] {
      Dictionary(try kernel.interfaces().map { ($0.name, $0) }) { $1 }
    }
    let before = try read()
    #expect(before["br0"]?.link.kind == "bridge")
    #expect(before["port0"]?.link.master == UInt32(bridge))
    #expect(before["port0"]?.mtu == 1400)
    #expect(before["eth0"]?.link == LinkFacts(kind: "veth"))
    #expect(before["lo"]?.link.isLoopback == true)
    #expect(before["lo"]?.link.header == .ethernet)
    let uplink = try netlink.link(named: "eth0").index
    try netlink.addRoute(Netlink.Route(.all(.ipv4), gateway: InetAddress(10, 77, 0, 254), interface: uplink))
    // Who follows the kernel's notices says so.
    kernel.forgetDefaultRoutes()
    #expect(try read()["eth0"]?.link.hasDefaultRoute == true)
    #expect(try read()["br0"]?.link.hasDefaultRoute == false)
  }

  @Test("a device that carries bare IP packets is told from the others")
  func bareHeader() throws {
    let node = try RealNode(pods: [])
    let tunnel = try node.namespace.run { Tunnel.open(named: "tun0") }
    defer { close(tunnel) }
    #expect(tunnel >= 0)
    let interfaces = try node.start().interfaces()
    #expect(interfaces.first { $0.name == "tun0" }?.link.header == LinkHeader.none)
    #expect(interfaces.first { $0.name == "eth0" }?.link.header == .ethernet)
  }
}

/// A tun device, which lasts as long as its descriptor.
private enum Tunnel {
  /// -1 where it cannot be had. The numbers are those of `linux/if_tun.h`: TUNSETIFF, IFF_TUN and IFF_NO_PI.
  static func open(named name: String) -> Int32 {
    let descriptor = Glibc.open("/dev/net/tun", O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { return -1 }
    var request = [UInt8](repeating: 0, count: 40)
    for (index, byte) in name.utf8.prefix(15).enumerated() { request[index] = byte }
    request[16] = 0x01
    request[17] = 0x10
    if ioctl(descriptor, 0x4004_54CA, &request) == 0 { return descriptor }
    close(descriptor)
    return -1
  }
}
