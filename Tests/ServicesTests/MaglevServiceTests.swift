import CalicoAPI
import DataplaneABI
import Services
import Testing

@Suite("Services that use Maglev")
struct MaglevServiceTests {
  private static let pods = [pod(1), pod(2, on: "node1"), pod(3, on: "node3", .draining)]
  private static let state = ClusterState.empty.with(maglevService(1), "web").with(pods, of: "web", slice: "web-1")

  @Test("a table at each address, of all that are ready; none at the node port")
  func addresses() throws {
    let all = Self.state.computed().ipv4
    let table = try #require(MaglevTable([backend(1), backend(2)], slots: 503))
    #expect(all[frontend(1)]?.maglev == table)
    #expect(all[frontend(at: IPv4Address(203, 0, 113, 1))]?.maglev == table)
    let nodePort = try #require(all[frontend(at: .everyNode, port: 30_001)])
    #expect(nodePort.maglev == nil)
    #expect(nodePort.value(id: 7).flags == [] && nodePort.value(id: 7).maglevSlots == 0)
    let value = try #require(all[frontend(1)]).value(id: 7)
    #expect(value.flags == .maglev && value.maglevSlots == 503)
    let entries = try #require(all[frontend(1)]).maglevEntries(id: 7)
    #expect(Set(entries.keys) == Set((0..<503).map { BackendKey(id: 7, ordinal: $0) }))
    #expect(Set(entries.values) == [backend(1), backend(2)])
  }

  @Test("every node has the same table: neither its place nor hints nor policies count")
  func everywhere() {
    var state = ClusterState.empty.with(maglevService(1, local: true), "web").with(
      [hinted(1, zones: ["a"]), hinted(2, on: "node1", zones: ["b"])], of: "web", slice: "web-1")
    state.services[ServiceName(namespace: "default", name: "web")]?.internalLocal = true
    state.zone = "a"
    var other = state
    other.zone = "b"
    for key in [frontend(1), frontend(at: IPv4Address(203, 0, 113, 1))] {
      let here = state.computed(on: "node1").ipv4[key]
      let there = other.computed(on: "node2").ipv4[key]
      #expect(here?.maglev?.backends == [backend(1), backend(2)])
      #expect(here?.maglev == there?.maglev)
      // A node that has not to choose some of them still takes new connections to them.
      #expect(here?.members(id: 1).values.allSatisfy { $0.contains(.takesNew) } == true)
    }
  }

  @Test("the last resort has a table too, and nobody has none")
  func lastResort() {
    let draining = Self.state.with([pod(3, on: "node3", .draining)], of: "web", slice: "web-1")
    #expect(draining.computed().ipv4[frontend(1)]?.maglev?.backends == [backend(3)])
    let none = Self.state.with([], of: "web", slice: "web-1").computed().ipv4[frontend(1)]
    #expect(none != nil && none?.maglev == nil)
  }

  @Test("a service with too many endpoints goes without, and says so")
  func tooMany() {
    var state = Self.state
    state.maglev.endpoints = 1
    var calculator = ServiceCalculator(nodeName: "node1")
    calculator.move(from: .empty, to: state)
    calculator.compute()
    #expect(calculator.ipv4.frontends.values.allSatisfy { $0.maglev == nil })
    let port = MaglevPort(service: ServiceName(namespace: "default", name: "web"), port: 80, proto: 6)
    #expect(calculator.ipv4.maglevRefusals == [port: .endpoints(2)])
    calculator.set(maglev: MaglevLimits(endpoints: 2))
    calculator.compute()
    #expect(calculator.ipv4.frontends[frontend(1)]?.maglev?.slots == 11)
    #expect(calculator.ipv4.maglevRefusals == [:])
  }

  @Test("of too many services the first by name have tables, whatever came first")
  func limit() {
    var state = Self.state
    for (number, name) in [(2, "c"), (3, "b"), (4, "a")] as [(UInt8, String)] {
      state = state.with(maglevService(number), name).with([pod(9)], of: name, slice: name)
    }
    state.maglev.services = 2
    var calculator = ServiceCalculator(nodeName: "node1")
    calculator.move(from: .empty, to: Self.state)
    calculator.compute()
    _ = calculator.takeChanges()
    calculator.move(from: Self.state, to: state)
    calculator.compute()
    let owners = Set(calculator.ipv4.frontends.values.filter { $0.maglev != nil }.map(\.service.name))
    #expect(owners == ["a", "b"])
    #expect(calculator.ipv4.maglevRefusals.values.sorted { "\($0)" < "\($1)" } == [.services, .services])
    // The maps are told of the one that has lost its table.
    #expect(calculator.takeChanges().ipv4.isSuperset(of: [frontend(1), frontend(4)]))
  }

  @Test("all tables have to find room in the map")
  func room() {
    var state = ClusterState.empty
    state.maglev.endpoints = 3000
    // 17 tables of 15,013 slots; each service wants two.
    for number: UInt8 in 1...10 {
      state = state.with(maglevService(number), "s\(100 + Int(number))").with(
        [pod(9)], of: "s\(100 + Int(number))", slice: "\(number)")
    }
    var calculator = ServiceCalculator(nodeName: "node1")
    calculator.move(from: .empty, to: state)
    calculator.compute()
    let tables = calculator.ipv4.frontends.values.compactMap(\.maglev)
    #expect(tables.count == 16)
    #expect(tables.reduce(0) { $0 + Int($1.slots) } <= Int(MapCapacity.maglev))
    #expect(calculator.ipv4.maglevRefusals.values.allSatisfy { $0 == .slots })
    #expect(calculator.ipv4.maglevRefusals.count == 2)
  }

  private static func reading(
    _ annotations: [String: String], _ policy: TrafficPolicy = .cluster
  ) -> Reading<ServiceInfo> {
    ServiceInfo.reading(
      CalicoAPI.Service(
        metadata: ObjectMeta(name: "web", namespace: "default", labels: [:], annotations: annotations),
        spec: ServiceSpec(
          type: .loadBalancer, clusterIPs: ["10.96.0.1"], ports: [ServicePort(name: "http", port: 80)],
          externalTrafficPolicy: policy)))
  }

  @Test("the annotation is Calico's; another strategy, and a policy that does not go with it, are said")
  func annotation() {
    let name = "lb.projectcalico.org/external-traffic-strategy"
    #expect(Self.reading([:]).value?.usesMaglev == false)
    for word in ["maglev", "Maglev"] {
      let reading = Self.reading([name: word])
      #expect(reading.value?.usesMaglev == true && reading.complaints == [])
    }
    let other = Self.reading([name: "random"])
    #expect(other.value?.usesMaglev == false)
    #expect(other.complaints == ["annotation \(name) is \"random\", and only maglev is known"])
    let local = Self.reading([name: "maglev"], .local)
    #expect(local.value?.usesMaglev == true)
    #expect(local.complaints.count == 1)
  }
}
