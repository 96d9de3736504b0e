import Glibc
import Testing

@testable import Netlink

/// A namespace of a test's own, which goes away with it however it ends.
final class TestNamespace: Sendable {
  let name: String
  let namespace: NetworkNamespace
  let netlink: NetlinkConnection

  init(_ purpose: String) throws {
    name = "apus-test-\(purpose)-\(getpid())"
    namespace = try NetworkNamespace.create(named: name)
    do {
      netlink = try NetlinkConnection(in: namespace)
    } catch {
      try? NetworkNamespace.delete(named: name)
      throw error
    }
  }

  deinit { try? NetworkNamespace.delete(named: name) }
}

/// What iproute2 says, to hold our work against somebody else's eyes.
func shell(_ command: String) throws -> String {
  let stream = try #require(popen("(\(command)) 2>&1", "r"))
  defer { pclose(stream) }
  var text: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 4096)
  while true {
    let count = fread(&buffer, 1, buffer.count, stream)
    guard count > 0 else { return String(decoding: text, as: UTF8.self) }
    text += buffer.prefix(count)
  }
}

func address(_ text: String) throws -> InetAddress { try #require(InetAddress(text)) }
func prefix(_ text: String) throws -> InetPrefix { try #require(InetPrefix(text)) }
func hardware(_ text: String) throws -> HardwareAddress { try #require(HardwareAddress(text)) }

@Suite("In namespaces of our own", .enabled(if: geteuid() == 0, "needs root"))
struct RootNamespaceTests {
  @Test("A named namespace is seen by `ip netns`, and its name can be taken only once")
  func naming() throws {
    let test = try TestNamespace("naming")
    #expect(try shell("ip netns").contains(test.name))
    #expect(try NetworkNamespace.names().contains(test.name))
    #expect(try NetworkNamespace(named: test.name).inode() == test.namespace.inode())
    #expect(try NetworkNamespace.current().inode() != test.namespace.inode())
    #expect { try NetworkNamespace.create(named: test.name) } throws: { ($0 as? NetlinkError)?.isAlreadyThere == true }
    try NetworkNamespace.delete(named: test.name)
    #expect { try NetworkNamespace.delete(named: test.name) } throws: { ($0 as? NetlinkError)?.isNotFound == true }
    #expect { try NetworkNamespace.create(named: "../x") } throws: { "\($0)".contains("holds no \"/\"") }
  }

  @Test("A closure runs inside, and only inside: sysctls and sockets are the namespace's own")
  func running() throws {
    let test = try TestNamespace("running")
    try test.namespace.writeSysctl("net/ipv4/ip_forward", "1")
    #expect(try test.namespace.readSysctl("net/ipv4/ip_forward") == "1")
    let second = try TestNamespace("running2")
    #expect(try second.namespace.readSysctl("net/ipv4/ip_forward") == "0")

    let inside = try test.namespace.run { try NetworkNamespace.current().inode() }
    #expect(try inside == test.namespace.inode())
    let descriptor = try test.namespace.socket(domain: AF_INET, type: Int32(SOCK_STREAM.rawValue))
    #expect(descriptor >= 0)
    close(descriptor)

    #expect { try test.namespace.writeSysctl("net/ipv4/no_such", "1") } throws: {
      ($0 as? NetlinkError)?.isNotFound == true
    }
    #expect { try test.namespace.readSysctl("kernel/../net/x") } throws: { "\($0)".contains("net/ipv4/ip_forward") }
  }

  @Test("A namespace without a name is one of its own, and nobody else's")
  func anonymous() throws {
    let namespace = try NetworkNamespace.anonymous()
    #expect(try namespace.inode() != NetworkNamespace.current().inode())
    #expect(try namespace.run { try NetworkNamespace.current().inode() } == namespace.inode())
    #expect(try NetlinkConnection(in: namespace).links().map(\.name) == ["lo"])
  }

  @Test("A veth reaches into another namespace with the name, MAC and MTU that were asked for")
  func veth() throws {
    let host = try TestNamespace("veth-h")
    let pod = try TestNamespace("veth-p")
    let peer = VethPeer(
      name: "eth0", namespace: pod.namespace, hardwareAddress: try hardware("02:00:00:00:00:01"), mtu: 1400)
    try host.netlink.createLink(
      "cali0", .veth(peer: peer),
      LinkSettings(isUp: true, mtu: 1400, hardwareAddress: try hardware("ee:ee:ee:ee:ee:ee")))

    let outer = try host.netlink.link(named: "cali0")
    let inner = try pod.netlink.link(named: "eth0")
    #expect(outer.kind == "veth")
    #expect(outer.isUp)
    #expect(!inner.isUp)
    #expect(outer.peer == inner.index)
    #expect(inner.peer == outer.index)
    #expect(outer.peerNamespaceID != nil)
    #expect(outer.hardwareAddress?.description == "ee:ee:ee:ee:ee:ee")
    #expect(inner.hardwareAddress?.description == "02:00:00:00:00:01")
    #expect(inner.mtu == 1400)
    #expect(outer.operationalState != .up)

    try pod.netlink.setLink(inner.index, up: true)
    #expect(try host.netlink.link(at: outer.index).operationalState == .up)
    try host.netlink.deleteLink(outer.index)
    #expect(try host.netlink.findLink(named: "cali0") == nil)
    #expect(try pod.netlink.findLink(named: "eth0") == nil)
  }

  @Test("Bridge, vxlan and veth: made, joined, renamed, moved, given other names, deleted")
  func linkKinds() throws {
    let test = try TestNamespace("kinds")
    let other = try TestNamespace("kinds2")
    let netlink = test.netlink
    try netlink.createLink("br0", .bridge, LinkSettings(isUp: true))
    try netlink.createLink("d0", .veth(peer: VethPeer(name: "d0-peer")))
    try netlink.createLink("vxlan.calico", .vxlan(Vxlan(port: 4790, isExternal: true)))
    try netlink.createLink(
      "vx1", .vxlan(Vxlan(networkIdentifier: 42, local: try address("10.0.0.1"))), LinkSettings(mtu: 1450))

    let bridge = try netlink.link(named: "br0")
    let end = try netlink.link(named: "d0")
    try netlink.changeLink(end.index, LinkSettings(name: "d1", isUp: true, mtu: 9000, master: bridge.index))
    let changed = try netlink.link(at: end.index)
    #expect(changed.name == "d1")
    #expect(changed.mtu == 9000)
    #expect(changed.master == bridge.index)
    #expect(changed.isUp)
    try netlink.changeLink(end.index, LinkSettings(isUp: false, master: 0))
    #expect(try netlink.link(at: end.index).master == nil)
    #expect(try !netlink.link(at: end.index).isUp)

    let external = try #require(try netlink.link(named: "vxlan.calico").vxlan)
    #expect(external.isExternal)
    #expect(external.port == 4790)
    let plain = try #require(try netlink.link(named: "vx1").vxlan)
    #expect(plain == Vxlan(networkIdentifier: 42, local: try address("10.0.0.1")))

    let long = "a-name-longer-than-fifteen-bytes"
    try netlink.addAlternativeName(long, to: end.index)
    #expect(try netlink.link(named: long).index == end.index)
    #expect(try netlink.link(at: end.index).alternativeNames == [long])
    try netlink.deleteAlternativeName(long, from: end.index)
    #expect(try netlink.findLink(named: long) == nil)

    try netlink.moveLink(end.index, to: other.namespace, as: "moved")
    #expect(try netlink.findLink(named: "d1") == nil)
    #expect(try other.netlink.link(named: "moved").kind == "veth")
    #expect(try netlink.links().map(\.name).sorted() == ["br0", "d0-peer", "lo", "vx1", "vxlan.calico"])
    try netlink.deleteLink(named: "vx1")
    #expect(try netlink.findLink(named: "vx1") == nil)
  }

  @Test("Addresses of both families: added, listed by interface, replaced, deleted")
  func addresses() throws {
    let test = try TestNamespace("addr")
    let netlink = test.netlink
    try netlink.createLink("d0", .veth(peer: VethPeer(name: "d0-peer")), LinkSettings(isUp: true))
    let index = try netlink.link(named: "d0").index
    let four = InterfaceAddress(try prefix("10.65.1.2/32"), interface: index)
    let six = InterfaceAddress(try prefix("fd65::2/128"), interface: index, flags: .noDuplicateDetection)
    let linkLocal = InterfaceAddress(
      try prefix("fe80::ecee:eeff:feee:eeee/64"), interface: index, scope: .link, flags: .noDuplicateDetection)
    for address in [four, six, linkLocal] { try netlink.addAddress(address) }

    let listed = try netlink.addresses(interface: index)
    #expect(listed.contains { $0.prefix == four.prefix && $0.scope == .universe && $0.flags.contains(.permanent) })
    #expect(listed.contains { $0.prefix == six.prefix && !$0.flags.contains(.tentative) })
    #expect(listed.contains { $0.prefix == linkLocal.prefix && $0.scope == .link })
    #expect(listed.allSatisfy { $0.interface == index })
    #expect(try netlink.addresses(family: .ipv4).map(\.prefix) == [four.prefix])

    #expect { try netlink.addAddress(four) } throws: { ($0 as? NetlinkError)?.isAlreadyThere == true }
    try netlink.replaceAddress(four)
    try netlink.deleteAddress(four)
    #expect { try netlink.deleteAddress(four) } throws: { ($0 as? NetlinkError)?.isNotFound == true }
    #expect(try netlink.addresses(interface: index, family: .ipv4).isEmpty)
  }

  @Test("The routes of a pod: a link-local gateway made known by a permanent neighbour, for both families")
  func podRoutes() throws {
    let host = try TestNamespace("pod-h")
    let pod = try TestNamespace("pod-p")
    let mac = try hardware("ee:ee:ee:ee:ee:ee")
    let peer = VethPeer(name: "eth0", namespace: pod.namespace)
    try host.netlink.createLink("cali0", .veth(peer: peer), LinkSettings(isUp: true, hardwareAddress: mac))
    let eth0 = try pod.netlink.link(named: "eth0").index
    try pod.netlink.setLink(eth0, up: true)

    for (own, gateway) in [("10.65.1.2/32", "169.254.1.1"), ("fd65::2/128", "fe80::ecee:eeff:feee:eeee")] {
      let own = try prefix(own)
      let gateway = try address(gateway)
      try pod.netlink.addAddress(InterfaceAddress(own, interface: eth0, flags: .noDuplicateDetection))
      try pod.netlink.replaceNeighbour(Neighbour(gateway, mac, interface: eth0))
      let route = Route(.all(own.family), gateway: gateway, interface: eth0, flags: .onLink)
      try pod.netlink.addRoute(route)
      #expect { try pod.netlink.addRoute(route) } throws: { ($0 as? NetlinkError)?.isAlreadyThere == true }
      try pod.netlink.replaceRoute(route)
      let found = try pod.netlink.routes(family: own.family, table: Route.mainTable).filter {
        $0.destination.length == 0
      }
      #expect(found.count == 1)
      #expect(found.first?.gateway == gateway)
      #expect(found.first?.interface == eth0)
      let neighbours = try pod.netlink.neighbours(interface: eth0, family: own.family)
      #expect(neighbours.contains(Neighbour(gateway, mac, interface: eth0)))
    }
    try pod.netlink.deleteNeighbour(address("169.254.1.1"), interface: eth0)
    #expect(try pod.netlink.neighbours(interface: eth0, family: .ipv4).allSatisfy { $0.state != .permanent })
    try pod.netlink.deleteRoute(Route(.all(.ipv4)))
    #expect(try pod.netlink.routes(family: .ipv4, table: Route.mainTable).isEmpty)
  }

  @Test("Routes of an agent are found again by their protocol and table; other people's are not among them")
  func agentRoutes() throws {
    let test = try TestNamespace("routes")
    let netlink = test.netlink
    try netlink.createLink("eth0", .veth(peer: VethPeer(name: "eth0-peer")), LinkSettings(isUp: true))
    let eth0 = try netlink.link(named: "eth0").index
    try netlink.setLink(netlink.link(named: "eth0-peer").index, up: true)
    try netlink.addAddress(InterfaceAddress(try prefix("10.77.0.1/24"), interface: eth0))
    try netlink.addAddress(
      InterfaceAddress(try prefix("fd77::1/64"), interface: eth0, flags: .noDuplicateDetection))
    let ours = [
      Route(try prefix("10.65.1.7/32"), interface: eth0, routeProtocol: .calico),
      Route(try prefix("10.65.2.0/24"), gateway: try address("10.77.0.2"), interface: eth0, routeProtocol: .calico),
      Route(try prefix("10.65.9.0/26"), routeProtocol: .calico, type: .blackhole),
      Route(try prefix("fd65:0:0:1::7/128"), interface: eth0, routeProtocol: .calico),
      Route(try prefix("fd65:0:0:2::/64"), gateway: try address("fd77::2"), interface: eth0, routeProtocol: .calico),
      Route(
        try prefix("10.65.3.0/24"), interface: eth0, table: 1000, routeProtocol: .calico,
        preferredSource: try address("10.77.0.1")),
    ]
    for route in ours { try netlink.replaceRoute(route) }
    let found = try netlink.routes(protocol: .calico)
    #expect(Set(found.map(\.destination)) == Set(ours.map(\.destination)))
    #expect(found.first { $0.table == 1000 }?.preferredSource?.description == "10.77.0.1")
    #expect(found.first { $0.type == .blackhole }?.destination.description == "10.65.9.0/26")
    #expect(try netlink.routes(table: 1000).map(\.destination.description) == ["10.65.3.0/24"])
    #expect(try netlink.routes(table: 4242).isEmpty)

    let multipath = Route(
      try prefix("10.65.4.0/24"),
      nextHops: [
        NextHop(gateway: try address("10.77.0.2"), interface: eth0, weight: 3),
        NextHop(gateway: try address("10.77.0.3"), interface: eth0),
      ], routeProtocol: .calico)
    try netlink.addRoute(multipath)
    #expect(
      try netlink.routes(family: .ipv4, protocol: .calico).first { $0.destination == multipath.destination }?.nextHops
        == multipath.nextHops)

    let viaOther = Route(
      try prefix("10.65.5.0/24"), gateway: try address("fd77::9"), interface: eth0, routeProtocol: .calico)
    try netlink.addRoute(viaOther)
    #expect(
      try netlink.routes(protocol: .calico).first { $0.destination == viaOther.destination }?.gateway
        == viaOther.gateway)

    for route in ours { try netlink.deleteRoute(route) }
    #expect(try netlink.routes(protocol: .calico).count == 2)
  }

  @Test("A refusal says what was asked, the errno and the kernel's own sentence")
  func refusal() throws {
    let test = try TestNamespace("refusal")
    try test.netlink.createLink("d0", .veth(peer: VethPeer(name: "d0-peer")), LinkSettings(isUp: true))
    let index = try test.netlink.link(named: "d0").index
    let route = Route(try prefix("10.1.0.0/16"), gateway: try address("10.9.9.9"), interface: index)
    #expect { try test.netlink.addRoute(route) } throws: {
      "\($0)" == "add route 10.1.0.0/16 via 10.9.9.9 dev \(index): Network is unreachable (errno 101); "
        + "the kernel says: Nexthop has invalid gateway"
    }
    #expect { try test.netlink.createLink("a-name-too-long-for-it", .dummy) } throws: {
      "\($0)".contains("has 22 bytes, 1 to 15 are allowed")
    }
  }

  @Test("Rules are tried in order and found again by their protocol")
  func rules() throws {
    let netlink = try TestNamespace("rules")
    for (family, source) in [(AddressFamily.ipv4, "10.65.1.0/24"), (.ipv6, "fd65::/64")] {
      let rule = Rule(
        family: family, priority: 100, source: try prefix(source), inputInterface: "lo", mark: 0x10, markMask: 0xf0,
        table: 1000, routeProtocol: .calico)
      try netlink.netlink.addRule(rule)
      #expect { try netlink.netlink.addRule(rule) } throws: { ($0 as? NetlinkError)?.isAlreadyThere == true }
      let found = try netlink.netlink.rules(family: family)
      #expect(found.first { $0.routeProtocol == .calico } == rule)
      #expect(found.map { $0.priority ?? 0 } == found.map { $0.priority ?? 0 }.sorted())
      try netlink.netlink.deleteRule(rule)
      #expect { try netlink.netlink.deleteRule(rule) } throws: { ($0 as? NetlinkError)?.isNotFound == true }
    }
  }

  @Test("clsact comes and goes, and a BPF filter that `tc` attached is seen in its direction")
  func trafficControl() throws {
    let test = try TestNamespace("tc")
    let netlink = test.netlink
    try netlink.createLink("d0", .veth(peer: VethPeer(name: "d1")))
    let index = try netlink.link(named: "d0").index
    #expect(try netlink.bpfFilters(interface: index, .ingress).isEmpty)
    try netlink.addClsact(to: index)
    #expect { try netlink.addClsact(to: index) } throws: { ($0 as? NetlinkError)?.isAlreadyThere == true }
    #expect(try netlink.qdiscs(interface: index).contains { $0.kind == "clsact" })

    let attached = try shell(
      "tc -netns \(test.name) filter add dev d0 egress prio 7 handle 3 bpf da bytecode '1,6 0 0 4294967295,'")
    #expect(attached == "")
    let filters = try netlink.bpfFilters(interface: index, .egress)
    #expect(filters.map(\.priority) == [7])
    #expect(filters.first?.handle == 3)
    #expect(filters.first?.isDirectAction == true)
    #expect(try netlink.bpfFilters(interface: index, .ingress).isEmpty)
    try netlink.deleteClsact(from: index)
    #expect(try !netlink.qdiscs(interface: index).contains { $0.kind == "clsact" })
  }

  @Test("A vxlan's forwarding table")
  func forwardingTable() throws {
    let netlink = try TestNamespace("fdb")
    try netlink.netlink.createLink("vx0", .vxlan(Vxlan(networkIdentifier: 1)))
    let index = try netlink.netlink.link(named: "vx0").index
    let entry = ForwardingEntry(
      try hardware("66:00:00:00:00:02"), destination: try address("10.77.0.2"), interface: index)
    try netlink.netlink.replaceForwardingEntry(entry)
    #expect(try netlink.netlink.forwardingEntries(interface: index).contains(entry))
    try netlink.netlink.deleteForwardingEntry(entry)
    #expect(try !netlink.netlink.forwardingEntries(interface: index).contains(entry))
  }

  @Test("A table of thousands of routes is listed whole")
  func manyRoutes() throws {
    let test = try TestNamespace("many")
    for number in 0..<3000 {
      let destination = InetPrefix(host: InetAddress(10, 200, UInt8(number / 250), UInt8(number % 250)))
      try test.netlink.addRoute(Route(destination, routeProtocol: .calico, type: .blackhole))
    }
    #expect(try Set(test.netlink.routes(family: .ipv4, protocol: .calico).map(\.destination)).count == 3000)
  }
}
