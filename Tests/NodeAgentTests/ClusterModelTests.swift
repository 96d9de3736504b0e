import CalicoAPI
import Dataplane
import DataplaneABI
import Routing
import Testing

@testable import NodeAgent

@Suite("From the cluster's objects to the kernel's desired state")
struct ClusterModelTests {
  private static let byName = Dictionary(uniqueKeysWithValues: SampleCluster.interfaces.map { ($0.name, $0) })

  private func model(_ changes: [ClusterChange] = SampleCluster.changes) -> ClusterModel {
    var model = ClusterModel(nodeName: "node1")
    for change in changes { model.apply(change) }
    return model
  }

  @Test("a pod's interface has the name that Calico's CNI plugin gives it")
  func interfaceName() {
    // SHA-1 of "default.web", by sha1sum.
    #expect(WorkloadInterfaceName.of(namespace: "default", pod: "web") == "cali68caf03a5f4")
    #expect(WorkloadInterfaceName.of(namespace: "default", pod: "web").utf8.count == 15)
  }

  @Test("services, routes, pods and the uplink")
  func everything() throws {
    var model = model()
    let (desired, changed, _, warnings) = model.calculate(Self.byName)
    let vip = FrontendKey(
      address: IPv4Address(10, 96, 0, 1), port: BigEndian16(80), proto: IPProtocolNumber.tcp)
    #expect(changed.ipv4 == [vip])
    let frontend = try #require(desired.frontends.ipv4[vip])
    #expect(frontend.backends.map { "\($0.address):\($0.port.host)" } == ["10.65.1.9:8080"])
    #expect(frontend.localCount == 1)
    #expect(desired.workloads == [SampleCluster.interfaces[1].name: "default/web"])
    #expect(desired.dataInterfaces == ["eth0"])
    #expect(
      desired.routing.ipv4.entries.keys.map { "\($0)" }.sorted() == [
        "10.65.1.9/32", "10.65.2.0/24", "10.77.0.1/32", "10.77.0.2/32",
      ])
    #expect(warnings == [])
  }

  @Test("the programs know the ports that services have at nodes")
  func nodePorts() {
    var service = SampleCluster.service()
    service.spec.type = .nodePort
    service.spec.ports[0].nodePort = 30080
    var model = model(SampleCluster.changes + [.service(.modified(service))])
    let desired = model.calculate(Self.byName).desired
    #expect(desired.settings.nodePorts == PortRange(first: 30080, count: 1))
    let key = FrontendKey<IPv4Address>(address: .everyNode, port: BigEndian16(30080), proto: IPProtocolNumber.tcp)
    #expect(desired.frontends.ipv4[key]?.backends.count == 1)
    model.apply(.service(.modified(SampleCluster.service())))
    #expect(model.calculate(Self.byName).desired.settings.nodePorts == .none)
  }

  @Test("endpoints stay in the zone that the node's label names")
  func zone() {
    var slice = SampleCluster.slice
    slice.endpoints = ["a", "b"].map { zone in
      Endpoint(
        addresses: ["10.65.2.\(zone == "a" ? 1 : 2)"],
        hints: EndpointHints(forZones: [EndpointHints.Target(name: zone)]), nodeName: "node2")
    }
    var node = SampleCluster.node1
    node.metadata.labels["topology.kubernetes.io/zone"] = "b"
    var model = model(SampleCluster.changes + [.endpointSlice(.modified(slice))])
    func backends() -> [String] {
      model.calculate(Self.byName).desired.frontends.ipv4.values.flatMap { $0.backends.map { "\($0.address)" } }
    }
    #expect(backends() == ["10.65.2.1", "10.65.2.2"])
    model.apply(.node(.modified(node)))
    #expect(backends() == ["10.65.2.2"])
    model.apply(.node(.modified(SampleCluster.node1)))
    #expect(backends() == ["10.65.2.1", "10.65.2.2"])
  }

  @Test("the order in which the objects come makes no difference")
  func anyOrder() {
    var forwards = model()
    var backwards = model(SampleCluster.changes.reversed())
    let (first, second) = (forwards.calculate(Self.byName), backwards.calculate(Self.byName))
    #expect(first.desired.frontends == second.desired.frontends)
    #expect(first.desired.routing == second.desired.routing)
    #expect(first.desired.workloads == second.desired.workloads)
  }

  @Test("what is deleted leaves no trace")
  func deleted() {
    var model = model()
    let keys = (node: SampleCluster.node2.key, pod: SampleCluster.pod("web").key, service: SampleCluster.service().key)
    model.apply(.node(.deleted(keys.node)))
    model.apply(.pod(.deleted(keys.pod)))
    model.apply(.service(.deleted(keys.service)))
    let desired = model.calculate(Self.byName).desired
    #expect(desired.frontends.ipv4.isEmpty)
    #expect(desired.workloads.isEmpty)
    let block = RouteKey(prefixLength: 24, address: IPv4Address(10, 65, 1, 0))
    #expect(desired.routing.ipv4.kernelRoutes == [block: .blackhole])
  }

  @Test("in sync only when every kind is")
  func synced() {
    var model = ClusterModel(nodeName: "node1")
    #expect(
      model.awaitedKinds == [
        "bgpconfigurations", "bgpconfigurations.crd.projectcalico.org", "clusternetworkpolicies", "endpointslices",
        "felixconfigurations", "felixconfigurations.crd.projectcalico.org", "globalnetworkpolicies",
        "globalnetworkpolicies.crd.projectcalico.org", "globalnetworksets", "globalnetworksets.crd.projectcalico.org",
        "ippools", "ippools.crd.projectcalico.org", "namespaces", "networkpolicies",
        "networkpolicies.crd.projectcalico.org", "networkpolicies.projectcalico.org", "networksets",
        "networksets.crd.projectcalico.org", "nodes", "pods", "serviceaccounts", "services", "tiers",
        "tiers.crd.projectcalico.org",
      ])
    for (index, change) in SampleCluster.synced.enumerated() {
      #expect(!model.isSynced, "before \(index)")
      model.apply(change)
    }
    #expect(model.isSynced)
  }

  @Test("a malformed part is named, once, and the rest stays")
  func malformed() {
    var model = model(SampleCluster.changes + [.service(.modified(SampleCluster.service(port: 0)))])
    let (desired, _, _, warnings) = model.calculate(Self.byName)
    #expect(warnings == ["Service default/web: port http: 0 is not in 1 to 65535, so that part is left out"])
    #expect(desired.frontends.ipv4.isEmpty)
    #expect(desired.workloads.count == 1)
    model.apply(.service(.modified(SampleCluster.service())))
    let repaired = model.calculate(Self.byName)
    #expect(repaired.warnings == [])
    #expect(repaired.desired.frontends.ipv4.count == 1)
  }

  @Test("a pod of another node is not ours, even if the server sends it")
  func foreignPod() {
    var model = model([.pod(.added(SampleCluster.pod("web", on: "node2")))])
    #expect(model.calculate(Self.byName).desired.workloads.isEmpty)
    #expect(model.workloadCount == 0)
  }
}

@Suite("Saying things once")
struct SentenceLogTests {
  @Test("a sentence is new once, holds silently, and is over once")
  func once() {
    var log = SentenceLog()
    expect(log.update(["b", "a"]), new: ["a", "b"], over: [])
    expect(log.update(["a", "b"]), new: [], over: [])
    expect(log.update(["b"]), new: [], over: ["a"])
    expect(log.update(["a", "b"]), new: ["a"], over: [])
  }

  private func expect(_ outcome: (new: [String], over: [String]), new: [String], over: [String]) {
    #expect(outcome.new == new)
    #expect(outcome.over == over)
  }
}
