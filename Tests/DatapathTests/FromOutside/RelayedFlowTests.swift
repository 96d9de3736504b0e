import DataplaneABI
import KernelRuntime
import Testing

@testable import DatapathPrograms

@Suite("The life of flows that one node passes on to another")
struct RelayedFlowTests {
  @Test("a connection outlasts a backend that it does not use", arguments: FamilyName.allCases)
  func otherBackend(_ family: FamilyName) throws {
    let scene = try ClusterScene(family)
    scene.service(there: [.pod(3, node: 2), .pod(4, node: 2)])
    scene.node(2).kernel.nextRandom = { 1 }
    scene.node(2).route(.pod(4, node: 2), flags: [.workload, .local, .inPool], interface: 14, mac: MACAddress(2, 0, 4))
    let syn = scene.relay(scene.request(.syn))
    #expect(syn.redirect == .peer(of: 14))
    let answer = scene.node(2).send(
      Frame(
        family: family, source: .pod(4, node: 2), sourcePort: 8080, destination: .outside(1), destinationPort: 40_000,
        transport: .synAck), .workloadIngress, interface: 14)
    _ = scene.node(1).send(bytes: answer.bytes, .hostIngress, interface: World.fabric)
    #expect(scene.relay(scene.request(.ack)).redirect == .peer(of: 14))
    // Pod 3 is deleted; pod 4, which has the connection, lives on.
    for number: UInt8 in [1, 2] {
      scene.node(number).service(
        nil, port: ClusterScene.port, id: 5, backends: [.pod(4, node: 2)], localCount: number == 2 ? 1 : 0)
    }
    _ = scene.node(2).sweep()
    _ = scene.node(1).fromFabric(scene.request(.ack))
    #expect(scene.node(1).drops(.backendGone, interface: World.fabric) == 0)
  }

  @Test(
    "a node that knows of no backend of its own says nothing: the client tries again", arguments: FamilyName.allCases)
  func viewsDiffer(_ family: FamilyName) throws {
    let scene = try ClusterScene(family)
    scene.service(there: [.pod(3, node: 2)])
    // Node 2 knows already that its pod drains.
    scene.node(2).service(
      nil, port: ClusterScene.port, id: 5, backends: [.pod(1)], localCount: 0, others: [.pod(3, node: 2): .serving])
    let trip = try? scene.cluster.send(scene.request(.syn), from: .outside(1))
    #expect(trip == nil)
  }

  @Test("a connection that the table gave up goes on", arguments: FamilyName.allCases)
  func givenUp(_ family: FamilyName) throws {
    let scene = try ClusterScene(family)
    scene.service(there: [.pod(3, node: 2)])
    let there = try scene.cluster.send(scene.request(.syn), from: .outside(1))
    _ = try scene.cluster.send(scene.answer(there, .synAck), from: .pod(3, node: 2))
    for _ in 0..<2 { _ = try scene.cluster.send(scene.request(.ack), from: .outside(1)) }
    scene.node(1).evict(scene.request(.ack))
    let trip = try scene.cluster.send(scene.request(.ack), from: .outside(1))
    #expect(trip.end == .pod(3, node: 2))
  }

  @Test("an error that comes before any answer finds the way out, and leaves it found", arguments: FamilyName.allCases)
  func errorFirst(_ family: FamilyName) throws {
    let scene = try ClusterScene(family)
    scene.service(there: [.pod(3, node: 2)])
    let there = try scene.cluster.send(scene.request(.udp), from: .outside(1))
    var inner = Frame(
      family: family, source: .outside(1), sourcePort: 40_000, destination: .pod(3, node: 2), destinationPort: 8080,
      transport: .udp)
    inner.hopLimit = 62
    let error = Frame(
      family: family, source: .pod(3, node: 2), destination: .outside(1),
      transport: .icmp(type: family.unreachable, identifier: 0), payload: ClusterScene.quote(inner))
    let first = try scene.cluster.send(error, from: .pod(3, node: 2))
    #expect(
      !first.stops.contains {
        $0.node == 1 && $0.outcome.verdict == Verdict.next.rawValue
          && $0.outcome.calls.contains(.lookup(MapName.conntrack4))
      })
    _ = try scene.cluster.send(scene.answer(there, .udp), from: .pod(3, node: 2))
    #expect(scene.node(1).entry(scene.request(.udp))?.back.forwarding == .neighbour)
    // A pod comes or goes; then the server's socket is closed for a moment.
    scene.node(1).setGeneration(8)
    _ = try scene.cluster.send(scene.request(.udp), from: .outside(1))
    _ = try scene.cluster.send(error, from: .pod(3, node: 2))
    _ = try scene.cluster.send(scene.answer(there, .udp), from: .pod(3, node: 2))
    #expect(scene.node(1).entry(scene.request(.udp))?.back.forwarding == .neighbour)
  }

  @Test("one client port to two nodes, one backend: two connections", arguments: FamilyName.allCases, [false, true])
  func bothNodes(_ family: FamilyName, _ direct: Bool) throws {
    let scene = try ClusterScene(family, direct: direct)
    scene.service(there: [.pod(3, node: 2)])
    var got: [SimulatedCluster.Trip] = []
    for node: UInt8 in [1, 2] {
      got.append(try scene.cluster.send(scene.request(.syn, to: node), from: .outside(1)))
    }
    for round in 0..<2 {
      for (index, node) in [UInt8(1), 2].enumerated() {
        let back = try scene.cluster.send(scene.answer(got[index], round == 0 ? .synAck : .ack), from: .pod(3, node: 2))
        let seen = Dissection(back.bytes)
        #expect(back.end == .outside(1))
        #expect(Place(seen.source) == .node(node))
        #expect(seen.sourcePort == ClusterScene.port && seen.destinationPort == 40_000)
        #expect(seen.checksumsHold)
        let there = try scene.cluster.send(scene.request(.ack, to: node), from: .outside(1))
        #expect(there.end == .pod(3, node: 2))
        #expect(Dissection(there.bytes).sourcePort == Dissection(got[index].bytes).sourcePort)
      }
    }
  }

  @Test("answered elsewhere, a RST and a SYN with guessed numbers move nothing", arguments: FamilyName.allCases)
  func forgedReset(_ family: FamilyName) throws {
    let scene = try ClusterScene(family, direct: true)
    scene.service(there: [.pod(3, node: 2), .pod(4, node: 2)])
    let there = try scene.cluster.send(scene.request(.syn), from: .outside(1))
    _ = try scene.cluster.send(scene.answer(there, .synAck), from: .pod(3, node: 2))
    for _ in 0..<2 { _ = try scene.cluster.send(scene.request(.ack), from: .outside(1)) }
    let before = scene.node(1).entry(scene.request(.ack))?.there.packets
    var forged = scene.request(.rst)
    forged.sequence = 0x7777_7777
    scene.node(1).fromFabric(forged)
    scene.node(1).kernel.now += 5_000_000
    var syn = scene.request(.syn)
    syn.sequence = 0x1234
    scene.node(1).fromFabric(syn)
    let after = scene.node(1).entry(scene.request(.ack))?.there.packets
    #expect(after ?? 0 > before ?? 0)
  }

  @Test("answered elsewhere, a connection may be half closed for a while", arguments: FamilyName.allCases)
  func halfClosed(_ family: FamilyName) throws {
    let scene = try ClusterScene(family, direct: true)
    scene.service(there: [.pod(3, node: 2)])
    let there = try scene.cluster.send(scene.request(.syn), from: .outside(1))
    _ = try scene.cluster.send(scene.answer(there, .synAck), from: .pod(3, node: 2))
    for transport in [Frame.Transport.ack, .ack, .fin] {
      _ = try scene.cluster.send(scene.request(transport), from: .outside(1))
    }
    for number: UInt8 in [1, 2] {
      scene.node(number).kernel.now += 31_000_000_000
      print("T34", number, scene.node(number).sweep(servicesChanged: false))
    }
    let trip = try scene.cluster.send(scene.request(.ack), from: .outside(1))
    #expect(trip.end == .pod(3, node: 2))
  }
}
