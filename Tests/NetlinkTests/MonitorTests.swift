import Glibc
import Testing

@testable import Netlink

@Suite("The monitor", .enabled(if: geteuid() == 0, "needs root"), .timeLimit(.minutes(1)))
struct MonitorTests {
  @Test("Tells of links, addresses, routes, rules and neighbours of its namespace that come and go")
  func tells() async throws {
    let test = try TestNamespace("monitor")
    let monitor = try NetlinkMonitor(in: test.namespace)
    let netlink = test.netlink
    try netlink.createLink("d0", .veth(peer: VethPeer(name: "d1")), LinkSettings(isUp: true))
    let index = try netlink.link(named: "d0").index
    let own = InterfaceAddress(try prefix("10.0.0.1/24"), interface: index)
    try netlink.addAddress(own)
    let route = Route(try prefix("10.9.0.0/16"), gateway: try address("10.0.0.2"), interface: index)
    try netlink.addRoute(route)
    let rule = Rule(family: .ipv6, priority: 77, mark: 0x40, markMask: 0x40, table: 100)
    try netlink.addRule(rule)
    try netlink.deleteRule(rule)
    let neighbour = Neighbour(try address("10.0.0.2"), try hardware("02:00:00:00:00:02"), interface: index)
    try netlink.addNeighbour(neighbour)
    try netlink.deleteNeighbour(neighbour.address, interface: index)
    try netlink.deleteRoute(route)
    try netlink.deleteAddress(own)
    try netlink.deleteLink(index)

    var seen: Set<String> = []
    for try await event in monitor {
      switch event {
      case .linkChanged(let link) where link.name == "d0": seen.insert("link")
      case .addressChanged(let address) where address.prefix == own.prefix: seen.insert("address")
      case .routeChanged(let changed) where changed.destination == route.destination: seen.insert("route")
      case .ruleChanged(let changed) where changed.priority == 77 && changed.mark == 0x40: seen.insert("rule")
      case .ruleDeleted(let deleted) where deleted.priority == 77: seen.insert("no rule")
      case .neighbourChanged(let changed) where changed.address == neighbour.address: seen.insert("neighbour")
      case .neighbourDeleted(let deleted) where deleted.address == neighbour.address: seen.insert("no neighbour")
      case .routeDeleted(let deleted) where deleted.destination == route.destination: seen.insert("no route")
      case .addressDeleted(let deleted) where deleted.prefix == own.prefix: seen.insert("no address")
      case .linkDeleted(let link) where link.name == "d0":
        monitor.close()
        seen.insert("no link")
      case .resync(let reason): Issue.record("lost events: \(reason)")
      default: break
      }
    }
    #expect(
      seen == [
        "link", "address", "route", "neighbour", "no neighbour", "no route", "no address", "no link", "rule", "no rule",
      ])
  }

  @Test("A port that leaves its bridge is not taken for a link that was deleted")
  func bridgePort() async throws {
    let test = try TestNamespace("monitor-b")
    let netlink = test.netlink
    try netlink.createLink("br0", .bridge)
    let bridge = try netlink.link(named: "br0").index
    try netlink.createLink("d0", .veth(peer: VethPeer(name: "d1")), LinkSettings(master: bridge))
    let port = try netlink.link(named: "d0").index
    let monitor = try NetlinkMonitor([.links], in: test.namespace)
    try netlink.changeLink(port, LinkSettings(master: 0))
    try netlink.deleteLink(bridge)
    for try await event in monitor {
      guard case .linkDeleted(let link) = event else { continue }
      #expect(link.name == "br0")
      break
    }
  }

  @Test("A kernel buffer that overflows is told as a call to list anew, and the events after it still come")
  func overrun() async throws {
    let test = try TestNamespace("monitor-o")
    let netlink = test.netlink
    try netlink.createLink("d0", .veth(peer: VethPeer(name: "d1")), LinkSettings(isUp: true))
    let index = try netlink.link(named: "d0").index
    // A socket that nobody reads, with the smallest buffer there is, and more messages than it can hold.
    let socket = try test.namespace.run {
      Result { () throws(SocketFailure) in try KernelSocket(groups: [3], receiveBuffer: 1) }
    }.get()
    for last in 1...100 {
      let address = InetAddress(10, 0, 0, UInt8(last))
      try netlink.addNeighbour(Neighbour(address, HardwareAddress(2, 0, 0, 0, 0, 1), interface: index))
    }
    var failures: [SocketFailure] = []
    var datagrams = 0
    for _ in 0..<200 {
      do throws(SocketFailure) {
        _ = try socket.receive(until: .now)
        datagrams += 1
      } catch {
        failures.append(error)
        if error == .timedOut { break }
      }
    }
    #expect(failures == [.overrun, .timedOut])
    #expect(datagrams < 100)
  }
}
