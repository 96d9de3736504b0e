import DataplaneABI
import Foundation
import Netlink
import Testing

@testable import Lab

/// How answers come back to a client outside from a backend on another node than the one that it asked.
extension RealTraffic.Outside {
  enum Mode: String, CaseIterable {
    case tunnel = "Tunnel"
    case direct = "DSR"
    /// DSR, but not for this client.
    case optedOut = "DSR, the client opted out"

    var spec: String {
      switch self {
      case .tunnel: #"{"bpfExternalServiceMode":"Tunnel","bpfDSROptoutCIDRs":null}"#
      case .direct: #"{"bpfExternalServiceMode":"DSR","bpfDSROptoutCIDRs":["192.0.2.0/24","2001:db8:9::/64"]}"#
      case .optedOut: #"{"bpfExternalServiceMode":"DSR","bpfDSROptoutCIDRs":["10.77.0.200/32","fd77::200/128"]}"#
      }
    }
  }

  /// Runs `body` in a mode, and puts back what was there.
  static func with(_ mode: Mode, _ body: () async throws -> Void) async throws {
    do {
      try await set(mode)
      try await body()
    } catch {
      try? await TestLab.configure(#"{"bpfExternalServiceMode":null,"bpfDSROptoutCIDRs":null}"#)
      throw error
    }
    try await TestLab.configure(#"{"bpfExternalServiceMode":null,"bpfDSROptoutCIDRs":null}"#)
    try await TestLab.eventually("the mode is back") { try hasMode(.tunnel) }
  }

  private static func set(_ mode: Mode) async throws {
    try await TestLab.configure(mode.spec)
    try await TestLab.eventually("\(mode)") { try hasMode(mode) }
  }

  private static func hasMode(_ mode: Mode) throws -> Bool {
    let client = try #require(RouteKey<IPv4Address>("10.77.0.200/32"))
    let client6 = try #require(RouteKey<IPv6Address>("fd77::200/128"))
    return try TestLab.topology().nodes.map(\.host.name).allSatisfy { node in
      let routes = try TestLab.map(MapName.routes4, on: node, RouteKey<IPv4Address>.self, Route<IPv4Address>.self)
      let routes6 = try TestLab.map(MapName.routes6, on: node, RouteKey<IPv6Address>.self, Route<IPv6Address>.self)
      let optedOut = [try routes.lookUp(client)?.flags, try routes6.lookUp(client6)?.flags]
        .map { $0?.contains(.noDirectReturn) ?? false }
      return try TestLab.nodeState(node).flags.contains(.returnsDirectly) == (mode != .tunnel)
        && optedOut.allSatisfy { $0 == (mode == .optedOut) }
    }
  }

  @Test(
    "answers pass the node that was asked, but for those of DSR; the client sees no difference",
    arguments: Mode.allCases)
  func answers(mode: Mode) async throws {
    try await Self.with(mode) {
      try await OutsideCluster.withServers { cluster, _ in
        let hosts = cluster.nodes + [cluster.client]
        let taps = try hosts.map {
          try PathTap(
            $0, named: $0.name, ports: [Front.there.nodePort, OutsideCluster.servicePort, OutsideCluster.serverPort])
        }
        for family in [0, 1] {
          for (address, port) in Self.places(.there, cluster, family) where address != cluster.node(2, family) {
            for transport in ClientSocket.Transport.allCases {
              let call = OutsideCall(
                transport: transport, namespace: cluster.client.namespace, address: address, port: port)
              for tap in taps { _ = tap.sightings() }
              let failure = try call.failure(
                by: Front.there.name, from: cluster.client.addresses[family].address)
              #expect(failure == nil)
              let sightings = taps.flatMap { $0.sightings() }
              // Load balancer and external addresses lead to node1.
              let asked = address == cluster.node(3, family) ? "node3" : "node1"
              #expect(Self.hosts(sightings, questions: true) == [asked, "node2", "client"], "\(call)")
              let passed: Set = mode == .direct ? ["node2", "client"] : [asked, "node2", "client"]
              #expect(Self.hosts(sightings, questions: false) == passed, "\(call)")
            }
          }
        }
        #expect(taps.allSatisfy { $0.missed() == 0 })
      }
    }
  }

  private static func hosts(_ sightings: [PathTap.Sighting], questions: Bool) -> Set<String> {
    Set(sightings.filter { $0.isQuestion == questions }.map(\.host))
  }
}
