import DataplaneABI
import Services
import Testing

@Suite("How services are reached from outside")
struct ExternalServiceTests {
  private typealias Frontends = [FrontendKey<IPv4Address>: FrontendSpec<IPv4Address>]
  private static let nodePort = frontend(at: .everyNode, port: 30080)
  private static let range = RouteKey(prefixLength: 24, address: IPv4Address(192, 0, 2, 0))

  private func frontends(_ service: ServiceInfo, _ endpoints: [EndpointInfo<IPv4Address>] = [pod(1)]) -> Frontends {
    ClusterState.empty.with(service, "web").with(endpoints, of: "web", slice: "web-1").computed().ipv4
  }

  @Test("a frontend for each address, and one for the port at every node")
  func kinds() {
    let all = frontends(externalService(1))
    #expect(
      all.mapValues(\.kind) == [
        frontend(1): .clusterIP, Self.nodePort: .nodePort, frontend(at: balancer): .loadBalancer,
        frontend(at: external): .externalIP,
      ])
    #expect(all.values.allSatisfy { $0.backends == [backend(1)] && $0.flags == [] })
  }

  @Test("a port of SCTP has the same frontends, and only the backends of its own protocol")
  func sctp() {
    func port(_ proto: UInt8, _ number: UInt16, nodePort: UInt16 = 0) -> ServicePortInfo {
      ServicePortInfo(name: "", proto: proto, port: number, nodePort: nodePort)
    }
    var service = externalService(1)
    service.ports = [port(IPProtocolNumber.sctp, 80, nodePort: 30080)]
    for (proto, isTheirs) in [(IPProtocolNumber.sctp, true), (IPProtocolNumber.tcp, false)] {
      let state = ClusterState.empty.with(service, "web")
        .with([pod(1)], of: "web", slice: "web-1", ports: [port(proto, 8080)])
      let all = state.computed().ipv4
      #expect(Set(all.keys.map(\.proto)) == [IPProtocolNumber.sctp])
      #expect(Set(all.values.map(\.kind)) == [.clusterIP, .nodePort, .loadBalancer, .externalIP])
      #expect(all.values.allSatisfy { $0.backends == (isTheirs ? [backend(1)] : []) })
    }
  }

  @Test("the ports at nodes are known as long as somebody has them")
  func nodePorts() {
    var calculator = ServiceCalculator(nodeName: "node1")
    let two = ClusterState.empty.with(externalService(1), "web").with(externalService(2, nodePort: 32767), "api")
    calculator.move(from: .empty, to: two)
    calculator.compute()
    #expect(calculator.ipv4.nodePorts == [30080, 32767])
    calculator.move(from: two, to: ClusterState.empty.with(service(1), "web"))
    calculator.compute()
    #expect(calculator.ipv4.nodePorts == [])
  }

  @Test("externalTrafficPolicy is for what comes from outside, internalTrafficPolicy for the cluster address")
  func policies() {
    let pods = [pod(1), pod(2, on: "node1")]
    let outside = frontends(externalService(1, local: true), pods)
    for key in [Self.nodePort, frontend(at: balancer), frontend(at: external)] {
      #expect(
        outside[key]?.value(id: 3) == Frontend(id: 3, count: 2, localCount: 1, flags: .externalLocal, clusterFirst: 0))
      #expect(outside[key]?.backends == [backend(2), backend(1)])
    }
    #expect(outside[frontend(1)]?.flags == [])

    let inside = frontends(externalService(1, internalLocal: true), pods)
    #expect(inside[frontend(1)]?.value(id: 3) == Frontend(id: 3, count: 1, localCount: 1, flags: .internalLocal))
    #expect(inside[Self.nodePort]?.value(id: 3) == Frontend(id: 3, count: 2, localCount: 1))

    let both = frontends(externalService(1, local: true, internalLocal: true), pods)
    #expect(both[frontend(1)]?.flags == .internalLocal)
    #expect(both[Self.nodePort]?.flags == .externalLocal)
  }

  @Test("local endpoints that drain serve what stays on the node, and nothing else while another is ready")
  func drainingHere() throws {
    let pods = [pod(1), pod(5, on: "node1", .draining), pod(4, on: "node1", .draining), pod(9, on: "node3")]
    let spec = try #require(frontends(externalService(1, local: true), pods)[Self.nodePort])
    #expect(spec.backends == [backend(4), backend(5), backend(1), backend(9)])
    #expect(
      spec.value(id: 3) == Frontend(id: 3, count: 4, localCount: 2, flags: .externalLocal, clusterFirst: 2))
    #expect(spec.others == [:])
    // Traffic that may go anywhere does not need them.
    let anywhere = try #require(frontends(externalService(1, local: true), pods)[frontend(1)])
    #expect(anywhere.backends == [backend(1), backend(9)])
    #expect(anywhere.others == [backend(4): .serving, backend(5): .serving])
  }

  @Test("when all drain, both kinds of traffic go to them")
  func allDrain() throws {
    let pods = [pod(1, on: "node2", .draining), pod(5, on: "node1", .draining)]
    let spec = try #require(frontends(externalService(1, local: true), pods)[Self.nodePort])
    #expect(spec.backends == [backend(5), backend(1)])
    #expect(spec.value(id: 3) == Frontend(id: 3, count: 2, localCount: 1, flags: .externalLocal))
  }

  @Test("with a ready one here, one that drains here gets nothing")
  func readyHere() throws {
    let pods = [pod(1), pod(5, on: "node1", .draining), pod(4, on: "node1")]
    let spec = try #require(frontends(externalService(1, local: true), pods)[Self.nodePort])
    #expect(spec.backends == [backend(4), backend(1)])
    #expect(spec.value(id: 3) == Frontend(id: 3, count: 2, localCount: 1, flags: .externalLocal))
    #expect(spec.others == [backend(5): .serving])
  }

  @Test("none here, and what has to stay finds nothing")
  func noneHere() throws {
    let spec = try #require(frontends(externalService(1, local: true))[Self.nodePort])
    #expect(spec.value(id: 3) == Frontend(id: 3, count: 1, localCount: 0, flags: .externalLocal))
  }

  @Test("source ranges are for the load balancer's addresses; none that is of the family lets nobody in")
  func sourceRanges() throws {
    let all = frontends(externalService(1, ranges: [Self.range]))
    let spec = try #require(all[frontend(at: balancer)])
    #expect(spec.value(id: 3).flags == .sourceRanges)
    #expect(
      spec.sourceRangeEntries(id: 3) == [SourceRangeKey(id: 3, address: IPv4Address(192, 0, 2, 0), length: 24): 1])
    for key in [frontend(1), Self.nodePort, frontend(at: external)] {
      #expect(all[key]?.value(id: 3).flags == [])
      #expect(all[key]?.sourceRangeEntries(id: 3) == [:])
    }
    let closed = try #require(frontends(externalService(1, ranges: []))[frontend(at: balancer)])
    #expect(closed.value(id: 3).flags == .sourceRanges)
    #expect(closed.sourceRangeEntries(id: 3) == [:])
  }

  @Test("nobody takes another's cluster address by naming it, whatever the services are called")
  func stolenAddress() {
    let stolen = IPv4Address(10, 96, 0, 1)
    let state = ClusterState.empty.with(service(1), "web").with([pod(1)], of: "web", slice: "a")
      .with(externalService(2, nodePort: 0, externalIPs: [stolen], loadBalancerIPs: []), "api")
      .with([pod(2)], of: "api", slice: "b")
    let outcome = state.computed()
    #expect(outcome.ipv4[frontend(1)]?.backends == [backend(1)])
    let (winner, loser) = (
      ServiceName(namespace: "default", name: "web"), ServiceName(namespace: "default", name: "api")
    )
    #expect(outcome.conflicts == [FrontendConflict(key: frontend(1), winner: winner, loser: loser)])
  }

  @Test("an address that a service names twice is one frontend, of the first kind")
  func namedTwice() {
    let twice = frontends(externalService(1, externalIPs: [balancer], ranges: [Self.range]))
    #expect(twice[frontend(at: balancer)]?.kind == .loadBalancer)
    #expect(twice[frontend(at: balancer)]?.sourceRanges == [Self.range])
    #expect(twice.count == 3)
  }
}
