import CalicoAPI
import Policy
import PolicyWorld
import Testing

/// Goes through a truth table with the oracle and with what is enforced.
struct TruthTableRun {
  let table: TruthTable
  let family: AddressFamily
  private var cluster: OracleCluster
  private var enforcement = Enforcement()

  init(_ table: TruthTable, _ family: AddressFamily) {
    self.table = table
    self.family = family
    cluster = Topology.cluster(table.pods)
  }

  mutating func run() throws {
    var questions = 0
    for (number, step) in table.steps(family).enumerated() {
      let place = "\(table.name), step \(number + 1), \(family)"
      switch step {
      case .expect(let expectation):
        enforcement.become(cluster)
        #expect(enforcement.wrongSets.isEmpty, "\(place)")
        try check(expectation, place)
        questions += 1
      case .probe(let probe):
        enforcement.become(cluster)
        #expect(enforcement.wrongSets.isEmpty, "\(place)")
        try check(probe, place)
        questions += 1
      default: cluster.apply(step)
      }
    }
    #expect(questions > 0)
  }

  private func check(_ probe: Probe, _ place: String) throws {
    let packet = try self.packet(probe)
    let (namespace, name) = Topology.split(probe.pod)
    let said = try #require(Oracle(cluster).verdict(namespace: namespace, pod: name, probe.direction, packet))
    let done = try #require(enforcement.verdict(namespace: namespace, pod: name, probe.direction, packet))
    #expect(done == said, "\(place): \(packet)")
    #expect(said.isAllowed == probe.isAllowed, "\(place): \(packet), by \(said.decidedBy.short)")
    if let decider = probe.decidedBy { #expect(said.decidedBy.short == decider, "\(place): \(packet)") }
  }

  private func packet(_ probe: Probe) throws -> PolicyPacket {
    let own = try #require(AddressPrefix(Topology.address(probe.pod, family)))
    let isPod = probe.other.contains("/")
    let other = try #require(AddressPrefix(isPod ? Topology.address(probe.other, family) : probe.other))
    let isIngress = probe.direction == .ingress
    var packet = PolicyPacket(source: isIngress ? other : own, destination: isIngress ? own : other, proto: 0)
    switch probe.packet {
    case .tcp(let port, let source): (packet.proto, packet.destinationPort, packet.sourcePort) = (6, port, source)
    case .udp(let port, let source): (packet.proto, packet.destinationPort, packet.sourcePort) = (17, port, source)
    case .icmp(let type, let code):
      (packet.proto, packet.icmpType, packet.icmpCode) = (family == .ipv4 ? 1 : 58, type, code)
    case .proto(let number): packet.proto = number
    }
    return packet
  }

  private func check(_ expectation: Expectation, _ place: String) throws {
    let oracle = Oracle(cluster)
    #expect(enforcement.unknownSets.isEmpty, "\(place)")
    let pods = table.pods.split(separator: " ").map(String.init)
    for source in pods {
      for destination in pods where source != destination {
        let packet = PolicyPacket(
          source: try #require(AddressPrefix(Topology.address(source, family))),
          destination: try #require(AddressPrefix(Topology.address(destination, family))),
          proto: expectation.transport.rawValue, sourcePort: 40_000, destinationPort: expectation.port)
        var isAllowed = true
        for (pod, direction) in [(source, PolicyDirection.egress), (destination, .ingress)] {
          let (namespace, name) = Topology.split(pod)
          let said = try #require(oracle.verdict(namespace: namespace, pod: name, direction, packet))
          let done = try #require(enforcement.verdict(namespace: namespace, pod: name, direction, packet))
          #expect(done == said, "\(place): \(direction) of \(pod), \(packet)")
          isAllowed = isAllowed && said.isAllowed
        }
        let wanted = expectation.isAllowed(from: source, to: destination)
        #expect(isAllowed == wanted, "\(place): from \(source) to \(destination), \(packet)")
      }
    }
  }
}

extension OracleCluster {
  fileprivate mutating func apply(_ step: TruthTable.Step) {
    switch step {
    case .put(let policy):
      remove(policy)
      add(policy)
    case .delete(let policy): remove(policy)
    case .labelPod(let path, let labels):
      let (namespace, name) = Topology.split(path)
      for index in pods.indices where pods[index].metadata.name == name && pods[index].metadata.namespace == namespace {
        pods[index].metadata.labels = labels
      }
    case .labelNamespace(let name, let labels):
      for index in namespaces.indices where namespaces[index].metadata.name == name {
        namespaces[index].metadata.labels.merge(labels) { $1 }
      }
    case .change(let change): change(&self)
    case .expect, .probe: break
    }
  }

  private mutating func remove(_ policy: PolicyObject) {
    let key = policy.key
    kubernetesPolicies.removeAll { PolicyObject.kubernetes($0).key == key }
    clusterPolicies.removeAll { PolicyObject.cluster($0).key == key }
    networkPolicies.removeAll { PolicyObject.network($0).key == key }
    globalPolicies.removeAll { PolicyObject.global($0).key == key }
  }
}

@Suite("Truth tables")
struct TruthTableTests {
  @Test("upstream's cases: isolation", arguments: upstreamIsolation, AddressFamily.allCases)
  func isolation(table: TruthTable, family: AddressFamily) throws { try run(table, family) }

  @Test("upstream's cases: ports and protocols", arguments: upstreamPorts, AddressFamily.allCases)
  func ports(table: TruthTable, family: AddressFamily) throws { try run(table, family) }

  @Test("upstream's cases: changes", arguments: upstreamChanges, AddressFamily.allCases)
  func changes(table: TruthTable, family: AddressFamily) throws { try run(table, family) }

  @Test("upstream's cases: egress and blocks", arguments: upstreamEgress, AddressFamily.allCases)
  func egress(table: TruthTable, family: AddressFamily) throws { try run(table, family) }

  @Test("ClusterNetworkPolicies", arguments: clusterPolicyTables, AddressFamily.allCases)
  func clusterPolicies(table: TruthTable, family: AddressFamily) throws { try run(table, family) }

  @Test("tiers and order", arguments: tierTables, AddressFamily.allCases)
  func tiers(table: TruthTable, family: AddressFamily) throws { try run(table, family) }

  @Test("what Calico's rules match", arguments: calicoRuleTables, AddressFamily.allCases)
  func calicoRules(table: TruthTable, family: AddressFamily) throws { try run(table, family) }

  @Test("classes of mistakes that others made", arguments: mistakeTables, AddressFamily.allCases)
  func mistakes(table: TruthTable, family: AddressFamily) throws { try run(table, family) }

  private func run(_ table: TruthTable, _ family: AddressFamily) throws {
    var run = TruthTableRun(table, family)
    try run.run()
  }
}
