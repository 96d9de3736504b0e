import DataplaneABI
import Services
import Testing

@Suite("Which endpoints a service sends connections to")
struct BackendChoiceTests {
  private func web(_ endpoints: [EndpointInfo<IPv4Address>], _ spec: ServiceInfo = service(1)) throws
    -> FrontendSpec<IPv4Address>
  {
    let outcome = ClusterState.empty.with(spec, "web").with(endpoints, of: "web", slice: "web-1").computed()
    return try #require(outcome.ipv4[frontend(1)])
  }

  @Test("the ready ones, those of this node first")
  func localFirst() throws {
    let chosen = try web([pod(9, on: "node2"), pod(3, on: "node1"), pod(1, on: "node3"), pod(2, on: "node1")])
    #expect(chosen.backends == [backend(2), backend(3), backend(1), backend(9)])
    #expect(chosen.localCount == 2)
  }

  @Test("one that drains is left out while another is ready")
  func drainingIsLeftOut() throws {
    let chosen = try web([pod(1, on: "node1", .draining), pod(2)])
    #expect(chosen.backends == [backend(2)])
    #expect(chosen.localCount == 0)
  }

  @Test("those that take no new connections are known all the same, and whether they still serve")
  func others() throws {
    let chosen = try web([pod(1, on: "node1", .draining), pod(2), pod(3, .unavailable)])
    #expect(chosen.others == [backend(1): .serving, backend(3): []])
    func key(_ backend: Backend<IPv4Address>) -> MemberKey<IPv4Address> {
      MemberKey(id: 7, address: backend.address, port: backend.port)
    }
    #expect(
      chosen.members(id: 7) == [
        key(backend(1)): .serving, key(backend(2)): [.takesNew, .serving], key(backend(3)): [],
      ])
  }

  @Test("those that drain but serve are the last resort")
  func drainingIsLastResort() throws {
    let chosen = try web([pod(1, on: "node2", .draining), pod(2, on: "node1", .unavailable)])
    #expect(chosen.backends == [backend(1)])
  }

  @Test("a service whose endpoints are all unavailable keeps its frontend, with no backend")
  func noneLeft() throws {
    let chosen = try web([pod(1, on: "node2", .unavailable)])
    #expect(chosen.backends == [])
    #expect(chosen.value(id: 7) == Frontend(id: 7, count: 0))
  }

  @Test("publishNotReadyAddresses takes everything")
  func publishNotReady() throws {
    let chosen = try web(
      [pod(1, on: "node2", .unavailable), pod(2, on: "node1", .draining)], service(1, publishNotReady: true))
    #expect(chosen.backends == [backend(2), backend(1)])
  }

  @Test("internalTrafficPolicy Local never leaves the node, even when nothing here is ready")
  func internalLocal() throws {
    let here = try web([pod(1, on: "node1"), pod(2)], service(1, internalLocal: true))
    #expect(here.backends == [backend(1)])
    #expect(here.value(id: 1) == Frontend(id: 1, count: 1, localCount: 1, flags: .internalLocal))
    let draining = try web([pod(1, on: "node1", .draining), pod(2)], service(1, internalLocal: true))
    #expect(draining.backends == [backend(1)])
    let elsewhere = try web([pod(2)], service(1, internalLocal: true))
    #expect(elsewhere.backends == [])
  }

  @Test("an endpoint that two slices name is one backend")
  func duplicates() throws {
    let state = ClusterState.empty.with(service(1), "web")
      .with([pod(1, on: nil, .unavailable)], of: "web", slice: "a")
      .with([pod(1, on: "node1", .ready)], of: "web", slice: "b")
    let chosen = try #require(state.computed().ipv4[frontend(1)])
    #expect(chosen.backends == [backend(1)])
    #expect(chosen.localCount == 1)
  }

  @Test("each port has the endpoints of its name and protocol")
  func manyPorts() throws {
    let both = service(
      1, ports: [http(80), dns(53), ServicePortInfo(name: "http", proto: IPProtocolNumber.udp, port: 80)])
    let state = ClusterState.empty.with(both, "web").with(
      [pod(1)], of: "web", slice: "a", ports: [http(8080), dns(5353)])
    let outcome = state.computed().ipv4
    #expect(outcome[frontend(1)]?.backends == [backend(1)])
    #expect(outcome[frontend(1, port: 53, proto: IPProtocolNumber.udp)]?.backends == [backend(1, port: 5353)])
    #expect(outcome[frontend(1, port: 80, proto: IPProtocolNumber.udp)]?.backends == [])
  }

  @Test("a named target port may be another number in each slice")
  func namedTargetPort() throws {
    let state = ClusterState.empty.with(service(1), "web")
      .with([pod(1)], of: "web", slice: "a", ports: [http(8080)])
      .with([pod(2)], of: "web", slice: "b", ports: [http(9090)])
    #expect(state.computed().ipv4[frontend(1)]?.backends == [backend(1), backend(2, port: 9090)])
  }

  @Test("both families are served, each from its own slices")
  func dualStack() throws {
    let vip6 = try #require(IPv6Address("fd96::1"))
    let pod6 = try #require(IPv6Address("fd65:0:0:2::1"))
    var spec = service(1)
    spec.ipv6 = ServiceAddresses(clusterIP: vip6)
    var state = ClusterState.empty.with(spec, "web").with([pod(1)], of: "web", slice: "a")
    state.slices6[SliceName(namespace: "default", name: "b")] = EndpointSliceInfo(
      service: ServiceName(namespace: "default", name: "web"), ports: [http(8080)],
      endpoints: [EndpointInfo(address: pod6, nodeName: "node1")])
    let outcome = state.computed()
    #expect(outcome.ipv4[frontend(1)]?.backends == [backend(1)])
    let key = FrontendKey(address: vip6, port: BigEndian16(80), proto: IPProtocolNumber.tcp)
    #expect(outcome.ipv6[key]?.backends == [Backend(address: pod6, port: BigEndian16(8080))])
    #expect(outcome.ipv6[key]?.localCount == 1)
  }
}
