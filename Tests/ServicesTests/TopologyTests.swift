import DataplaneABI
import Services
import Testing

@Suite("Endpoints that are near")
struct TopologyTests {
  private func list(
    _ endpoints: [EndpointInfo<IPv4Address>], zone: String = "a", _ spec: ServiceInfo = service(1),
    at key: FrontendKey<IPv4Address> = frontend(1)
  ) throws -> FrontendSpec<IPv4Address> {
    var state = ClusterState.empty.with(spec, "web").with(endpoints, of: "web", slice: "web-1")
    state.zone = zone
    return try #require(state.computed().ipv4[key])
  }

  @Test("with a hint at each and one for this zone, only those for this zone")
  func zone() throws {
    let spec = try list([hinted(1, zones: ["a"]), hinted(2, zones: ["b"]), hinted(3, zones: ["a", "b"])])
    #expect(spec.backends == [backend(1), backend(3)])
    // What is left out takes no new connections, and still serves those that are there.
    #expect(spec.others == [backend(2): .serving])
  }

  @Test("hints do not count where one is missing, none is for this zone, or the node has no zone")
  func ignored() throws {
    let all = [backend(1), backend(2)]
    #expect(try list([hinted(1, zones: ["a"]), pod(2)]).backends == all)
    #expect(try list([hinted(1, zones: ["b"]), hinted(2, zones: ["c"])]).backends == all)
    #expect(try list([hinted(1, zones: ["a"]), hinted(2, zones: ["b"])], zone: "").backends == all)
  }

  @Test("hints for nodes come before those for zones, which stand in for them")
  func node() throws {
    let both = [
      hinted(1, on: "node1", nodes: ["node1"], zones: ["a"]), hinted(2, nodes: ["node2"], zones: ["a"]),
      hinted(3, on: "node3", nodes: ["node3"], zones: ["b"]),
    ]
    #expect(try list(both).backends == [backend(1)])
    #expect(try list(Array(both.dropFirst())).backends == [backend(2)])
  }

  @Test("one that is not ready neither counts nor stops the hints; the last resort ignores them")
  func unready() throws {
    let spec = try list([hinted(1, zones: ["a"]), hinted(2, zones: ["b"]), pod(3, .draining), pod(4, .unavailable)])
    #expect(spec.backends == [backend(1)])
    let draining = try list([hinted(1, .draining, zones: ["b"]), hinted(2, .draining, zones: ["a"])])
    #expect(draining.backends == [backend(1), backend(2)])
  }

  @Test("what has to stay on the node stays, wherever the hints lead the rest")
  func local() throws {
    let endpoints = [
      hinted(1, on: "node1", zones: ["b"]), hinted(2, on: "node1", zones: ["a"]), hinted(3, zones: ["a"]),
      hinted(4, zones: ["b"]),
    ]
    let spec = try list(endpoints, externalService(1, local: true), at: frontend(at: balancer))
    #expect(spec.backends == [backend(1), backend(2), backend(3)])
    #expect(
      spec.value(id: 3) == Frontend(id: 3, count: 3, localCount: 2, flags: .externalLocal, clusterFirst: 1))
    let inside = try list(endpoints, service(1, internalLocal: true))
    #expect(inside.backends == [backend(1), backend(2)])
  }
}
