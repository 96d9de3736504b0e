import Foundation
import Netlink
import Testing

@testable import Lab

/// A second switch, which every node is plugged into with an interface `eth1`; behind it, a client in a network of its own, for whom
/// the switch's host is the router. No node knows that network: by their main tables the way there is the default route, out
/// of eth0, where nobody passes anything on.
struct SecondFabric {
  /// How the nodes route answers to the client.
  enum Routing: String, CaseIterable {
    /// By a rule for the address of eth1 that was asked.
    case sourceRule = "a rule for the address that was asked"
    /// By a rule for the mark of `bpfExtToServiceConnmark`.
    case markRule = "a rule for the mark"
    /// By a second default route in the main table, worse than that of eth0. In IPv6 such a route is never used.
    case secondDefault = "another default route"
  }

  static let mark: UInt32 = 0x40
  private static let table = 100
  private static let interface = "eth1"

  let nodes: [LabHost]
  /// Of the switch, the router and the client.
  let namespace: String
  let client = ["203.0.113.9", "2001:db8:9::9"].compactMap { InetAddress($0) }

  init() throws {
    nodes = try TestLab.topology().nodes.map(\.host)
    namespace = "\(TestLab.name)-far"
  }

  /// The address of a node's eth1, IPv4 first.
  func address(_ number: Int, _ family: Int) -> InetAddress? {
    InetAddress(family == 0 ? "10.78.0.\(number)" : "fd78::\(number)")
  }

  /// Takes all of it away, whatever is there: the nodes' interfaces go with the switch.
  func remove() async throws {
    for routing in Routing.allCases { try await setRoutes(routing, "delete") }
    if try NetworkNamespace.names().contains(namespace) { try NetworkNamespace.delete(named: namespace) }
    for node in nodes {
      try await TestLab.eventually("\(node.name) has one interface") {
        try NetlinkConnection(in: try NetworkNamespace(named: node.namespace)).findLink(named: Self.interface) == nil
      }
    }
  }

  func make(_ routing: Routing) async throws {
    try await remove()
    _ = try NetworkNamespace.create(named: namespace)
    try await script(
      """
      ip link set lo up
      ip address add 203.0.113.9/32 dev lo
      ip address add 2001:db8:9::9/128 dev lo
      ip link add br1 type bridge
      ip link set br1 up
      ip address add 10.78.0.254/24 dev br1
      ip address add fd78::fe/64 dev br1 nodad noprefixroute
      """)
    let far = try NetworkNamespace(named: namespace)
    // As a router it asks for nodes' hardware addresses in its own name: nodes look at who asks as strictly as at packets.
    try far.writeSysctl("net/ipv4/conf/br1/arp_announce", "2")
    let switchboard = try NetlinkConnection(in: far)
    let bridge = try switchboard.link(named: "br1").index
    for (number, node) in nodes.enumerated() {
      let own = try NetworkNamespace(named: node.namespace)
      try switchboard.createLink(
        node.name, .veth(peer: VethPeer(name: Self.interface, namespace: own)), LinkSettings(isUp: true, master: bridge)
      )
      try await TestLab.runScript(
        in: node.name,
        """
        ip link set eth1 up
        ip address add 10.78.0.\(number + 1)/24 dev eth1
        ip address add fd78::\(number + 1)/64 dev eth1 nodad
        """)
    }
    try await setRoutes(routing, "add")
    // The client's own address is the source of all that it sends; load balancers' addresses lead to node1.
    try await script(
      """
      ip route replace 10.78.0.0/24 dev br1 src 203.0.113.9
      ip -6 route replace fd78::/64 dev br1 src 2001:db8:9::9
      ip route replace 198.51.100.0/24 via 10.78.0.1 src 203.0.113.9
      ip -6 route replace 2001:db8:100::/64 via fd78::1 src 2001:db8:9::9
      """)
    for node in nodes {
      let links = "\(try TestLab.pins(node.name))/links"
      try await TestLab.eventually("\(node.name) has programs at both interfaces") {
        let names = Set(try FileManager.default.contentsOfDirectory(atPath: links))
        return names.isSuperset(of: ["eth0_ingress", "eth0_egress", "eth1_ingress", "eth1_egress"])
      }
    }
  }

  private func setRoutes(_ routing: Routing, _ verb: String) async throws {
    for (number, node) in nodes.enumerated() {
      let ways = [
        "ip -4 route \(verb) default via 10.78.0.254 dev eth1", "ip -6 route \(verb) default via fd78::fe dev eth1",
      ]
      let rules = ["-4", "-6"].enumerated().map { family, option in
        let what =
          routing == .sourceRule
          ? "from \(address(number + 1, family).map { "\($0)" } ?? "")"
          : "fwmark \(Self.mark)/\(Self.mark)"
        return "ip \(option) rule \(verb) \(what) lookup \(Self.table) priority 50"
      }
      let lines =
        routing == .secondDefault ? ways.map { "\($0) metric 2000" } : ways.map { "\($0) table \(Self.table)" } + rules
      // What is gone already need not be deleted.
      let ending = verb == "delete" ? " 2>/dev/null || true" : ""
      try await TestLab.runScript(in: node.name, lines.map { $0 + ending }.joined(separator: "\n"))
    }
  }

  /// A shell script on the client, which has to succeed.
  private func script(_ text: String) async throws {
    let result = try await run(["nsenter", "--net=/run/netns/\(namespace)", "sh", "-c", "set -e\n\(text)"])
    guard result.code == 0 else { throw LabError("\(namespace): \(text): \(result.output)") }
  }
}
