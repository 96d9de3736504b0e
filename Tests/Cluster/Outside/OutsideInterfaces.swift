import DataplaneABI
import Netlink
import Testing

@testable import Lab

/// Nodes with two interfaces, and a client who comes by the second.
extension RealTraffic.Outside {
  /// Runs `body` with a second switch and settings, and puts back what was there.
  private static func withSecondFabric(
    _ routing: SecondFabric.Routing, _ spec: String, _ body: (SecondFabric, OutsideCluster) async throws -> Void
  ) async throws {
    let fabric = try SecondFabric()
    func restore() async throws {
      try await TestLab.configure(
        #"{"bpfExtToServiceConnmark":null,"bpfExternalServiceMode":null,"bpfEnforceRPF":null}"#)
      try await fabric.remove()
    }
    do {
      try await TestLab.configure(spec)
      try await OutsideCluster.withServers { cluster, _ in
        try await fabric.make(routing)
        try await body(fabric, cluster)
      }
    } catch {
      try? await restore()
      throw error
    }
    try await restore()
    try await TestLab.eventually("the settings are back") {
      try fabric.nodes.allSatisfy {
        let state = try TestLab.nodeState($0.name)
        return state.externalMark == 0 && !state.flags.contains(.returnsDirectly) && state.flags.contains(.wantsWayBack)
      }
    }
  }

  /// The client asks each service at eth1 of two nodes, and at a load balancer's address if `balanced`.
  private static func ask(
    _ fabric: SecondFabric, _ cluster: OutsideCluster, families: [Int] = [0, 1], nodes: [Int] = [1, 2],
    balanced: Bool
  ) throws {
    for family in families {
      for front in [Front.here, .there, .host] {
        let ports = try nodes.map { (try #require(fabric.address($0, family)), front.nodePort) }
        for (address, port) in ports + (balanced ? [(front.balancer[family], OutsideCluster.servicePort)] : []) {
          for transport in ClientSocket.Transport.allCases {
            let call = OutsideCall(transport: transport, namespace: fabric.namespace, address: address, port: port)
            let failure = try call.failure(by: front.name, from: fabric.client[family])
            #expect(failure == nil)
          }
        }
      }
    }
  }

  /// What nodes do not know is known: each service answers the client within a moment.
  private static func settle(_ fabric: SecondFabric, _ families: [Int]) async throws {
    for (family, number) in families.flatMap({ family in [1, 2].map { (family, $0) } }) {
      let call = OutsideCall(
        transport: .tcp, namespace: fabric.namespace, address: try #require(fabric.address(number, family)),
        port: Front.here.nodePort, limit: 1)
      try await TestLab.eventually("\(call) is answered") {
        if case .by = try call.ask().answer { true } else { false }
      }
    }
  }

  @Test("a client who comes by a node's second interface is answered by that: a rule for the address that it asked")
  func sourceRule() async throws {
    try await Self.withSecondFabric(.sourceRule, "{}") { fabric, cluster in
      try await Self.settle(fabric, [0, 1])
      try Self.ask(fabric, cluster, balanced: false)
    }
  }

  @Test(
    "and with a rule for the mark, for load balancers' addresses and straight answers, too",
    arguments: [
      #"{"bpfExtToServiceConnmark":64}"#, #"{"bpfExtToServiceConnmark":64,"bpfEnforceRPF":"Strict"}"#,
      #"{"bpfExtToServiceConnmark":64,"bpfExternalServiceMode":"DSR"}"#,
    ])
  func markRule(spec: String) async throws {
    try await Self.withSecondFabric(.markRule, spec) { fabric, cluster in
      try await Self.settle(fabric, [0, 1])
      try Self.ask(fabric, cluster, balanced: true)
    }
  }

  @Test("and with nothing but a second default route, over IPv4")
  func secondDefault() async throws {
    try await Self.withSecondFabric(.secondDefault, "{}") { fabric, cluster in
      try await Self.settle(fabric, [0])
      try Self.ask(fabric, cluster, families: [0], balanced: true)
    }
  }
}
