import CalicoAPI
import DataplaneABI
import Foundation
import Netlink
import Testing

@testable import Lab

extension RealTraffic {
  @Suite("Settings") struct Settings {}
}

extension RealTraffic.Settings {
  private static func patch(_ name: String, _ spec: String) async throws {
    let result = try await TestLab.kubectl(
      "patch", "felixconfiguration", name, "--type", "merge", "-p", #"{"spec":\#(spec)}"#)
    #expect(result.code == 0, "\(result.output)")
  }

  private static func state(_ node: String) throws -> NodeState {
    try #require(try TestLab.map(MapName.node, on: node, UInt32.self, NodeState.self).lookUp(0))
  }

  private static func reservedPorts(_ node: String) throws -> String {
    let host = try #require(try TestLab.topology().node(named: node)).host
    return try NetworkNamespace(named: host.namespace).readSysctl("net/ipv4/ip_local_reserved_ports")
  }

  @Test("a lab has settings and pools, and kubectl lists them")
  func lists() async throws {
    let settings = try await TestLab.kubectl("get", "felixconfigurations", "-o", "name")
    #expect(settings.lines == ["felixconfiguration.projectcalico.org/default"])
    let pools = try await TestLab.kubectl("get", "ippools", "--no-headers")
    let rows = pools.lines.map { $0.split(separator: " ").dropLast().map(String.init) }
    #expect(
      rows == [
        ["default-ipv4-ippool", "10.65.0.0/16", "true", "false"],
        ["default-ipv6-ippool", "fd65::/48", "true", "false"],
      ])
  }

  @Test("each node's programs know the node's addresses, and the routes know pools and lengths")
  func programmed() async throws {
    for (number, node) in ["node1", "node2", "node3"].enumerated() {
      let state = try Self.state(node)
      #expect("\(state.address4)" == "10.77.0.\(number + 1)")
      #expect("\(state.address6)" == "fd77::\(number + 1)")
      #expect(state.flags == .wantsWayBack)
      #expect(state.sourcePorts == .sourceTranslation)
      #expect(try Self.reservedPorts(node) == "20000-29999")
    }
    let routes = try TestLab.map(
      MapName.routes4, on: "node1", RouteKey<IPv4Address>.self, Route<IPv4Address>.self)
    let pool = try #require(RouteKey<IPv4Address>("10.65.0.0/16"))
    #expect(try routes.lookUp(pool)?.flags == [.inPool, .natOutgoing])
    let block = try #require(RouteKey<IPv4Address>("10.65.2.0/24"))
    let remote = try #require(try routes.lookUp(block))
    #expect(remote.flags == [.workload, .sameSubnet, .inPool, .natOutgoing])
    #expect(remote.mtu == 1500)
  }

  @Test("a change is in every node's map in a moment; one node's own object comes before the one for all")
  func changes() async throws {
    try await Self.patch("default", #"{"bpfPSNATPorts":"41000-41999","defaultEndpointToHostAction":"Drop"}"#)
    let own = try await TestLab.apply(
      """
      apiVersion: projectcalico.org/v3
      kind: FelixConfiguration
      metadata: {name: node.node2}
      spec: {bpfPSNATPorts: 42000, someFutureField: {a: 1}}
      """)
    #expect(own.code == 0, "\(own.output)")
    try await TestLab.eventually("the settings are in the maps", within: .seconds(5)) {
      let (first, second) = (try Self.state("node1"), try Self.state("node2"))
      return first.sourcePorts == PortRange(first: 41000, count: 1000)
        && first.flags == [.dropEndpointToHost, .wantsWayBack]
        && second.sourcePorts == PortRange(first: 42000, count: 1)
        && second.flags == [.dropEndpointToHost, .wantsWayBack]
    }
    #expect(try Self.reservedPorts("node1") == "41000-41999")
    #expect(try Self.reservedPorts("node2") == "42000")
    let again = try await TestLab.kubectl("get", "felixconfiguration", "node.node2", "-o", "jsonpath={.spec}")
    #expect(again.output.contains("someFutureField"))
    #expect(try await TestLab.kubectl("delete", "felixconfiguration", "node.node2").code == 0)
    try await Self.patch("default", #"{"bpfPSNATPorts":null,"defaultEndpointToHostAction":"Accept"}"#)
    try await TestLab.eventually("the settings are back", within: .seconds(5)) {
      let states = try ["node1", "node2"].map { try Self.state($0) }
      return states.allSatisfy { $0.sourcePorts == .sourceTranslation && $0.flags == .wantsWayBack }
    }
    #expect(try Self.reservedPorts("node2") == "20000-29999")
  }

  @Test(
    "who has no way back cannot reach pods from outside, unless the check is off",
    arguments: [("203.0.113.9/32", 0), ("2001:db8:203::9/128", 1)])
  func wayBack(source: String, family: Int) async throws {
    let pod = try TestLab.record("web-1")
    let address = String(source.split(separator: "/")[0])
    let host = try #require(try TestLab.topology().node(named: pod.node)).host
    let url = TestLab.url(pod.addresses[family], port: 8080)
    let call = "curl -sg -m 2 --interface \(address) \(url)/"
    func drops() throws -> UInt64 { try TestLab.counters(on: pod.node)[.noWayBack] }
    // The address lives outside, and the node knows the way there by a route like any other.
    try await Self.run(
      "client",
      """
      ip address replace \(source) dev lo nodad
      ip route replace \(pod.addresses[family]) via \(host.addresses[family].address)
      """)
    let outside = family == 0 ? "10.77.0.200" : "fd77::200"
    try await Self.run(pod.node, "ip route replace \(source) via \(outside)")
    #expect(try await TestLab.shell(in: "client", call).output.contains("pod: web-1"))
    try await Self.run(pod.node, "ip route replace unreachable \(source)")
    let before = try drops()
    #expect(try await TestLab.shell(in: "client", call).code != 0)
    #expect(try drops() > before)
    try await Self.run(pod.node, "ip route delete unreachable \(source)")
    #expect(try await TestLab.shell(in: "client", call).code != 0, "the default route does not lead to the client")
    try await Self.patch("default", #"{"bpfEnforceRPF":"Disabled"}"#)
    try await TestLab.eventually("the check is off") { try Self.state(pod.node).flags == [] }
    try await Self.run(pod.node, "ip route replace unreachable \(source)")
    let off = try drops()
    _ = try await TestLab.shell(in: "client", call)
    #expect(try drops() == off)
    try await Self.patch("default", #"{"bpfEnforceRPF":null}"#)
    try await TestLab.eventually("the check is back") { try Self.state(pod.node).flags == .wantsWayBack }
    try await Self.run(pod.node, "ip route delete unreachable \(source)")
    try await Self.run("client", "ip address delete \(source) dev lo; ip route delete \(pod.addresses[family])")
  }

  private static func run(_ place: String, _ script: String) async throws {
    let result = try await TestLab.shell(in: place, script)
    #expect(result.code == 0, "\(place): \(script): \(result.output)")
  }

  @Test("a value that makes no sense is refused when it is written")
  func refused() async throws {
    let result = try await TestLab.kubectl(
      "patch", "felixconfiguration", "default", "--type", "merge", "-p", #"{"spec":{"bpfPSNATPorts":"x"}}"#)
    #expect(result.code != 0)
    #expect(result.output.contains(#"spec.bpfPSNATPorts: Invalid value: "x" is not a port"#))
  }
}
