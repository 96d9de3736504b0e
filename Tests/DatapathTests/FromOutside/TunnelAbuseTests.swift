import DataplaneABI
import KernelRuntime
import Testing

@testable import DatapathPrograms

@Suite("Nobody but nodes uses tunnels, and these only for what they pass on")
struct TunnelAbuseTests {
  /// What a node, or who plays one, sends through a tunnel.
  static func tunnelled(_ inner: Frame, from: Place, to: Place) -> Frame {
    let family = inner.family
    let header: [UInt8] = [8, 0, 0, 0, 0xca, 0x11, 0xc0, 0] + [UInt8](repeating: 0, count: 12)
    return Frame(
      family: family, source: from, sourcePort: 1234, destination: to, destinationPort: 4789,
      transport: .udp(checksum: family == .v6), payload: header + family.etherType.octets + inner.bytes.dropFirst(14))
  }

  @Test("a pod whose source is translated cannot pass for its node", arguments: FamilyName.allCases)
  func podTranslated(_ family: FamilyName) throws {
    let cluster = try SimulatedCluster(family, natOutgoing: true)
    for node in cluster.nodes.values { node.state.nodePorts = PortRange(first: 30_000, count: 1000) }
    cluster.nodes[2]?.service(
      .service(10), port: 53, proto: IPProtocolNumber.udp, id: 6, backends: [.pod(3, node: 2)], localCount: 1,
      flags: .sourceRanges)
    let inner = Frame(
      family: family, source: .outside(9), destination: .service(10), destinationPort: 53, transport: .udp)
    let trip = try? cluster.send(Self.tunnelled(inner, from: .pod(1), to: .node(2)), from: .pod(1))
    #expect(trip == nil)
    #expect(cluster.nodes[1]?.drops(.tunnelSource, interface: 11) == 1)
  }

  @Test("nor can it join the flow of another pod", arguments: FamilyName.allCases)
  func podInAnothersName(_ family: FamilyName) throws {
    let cluster = try SimulatedCluster(family, natOutgoing: true)
    let plain = Frame(
      family: family, source: .pod(2), destination: .pod(3, node: 2), destinationPort: 53, transport: .udp)
    #expect(try cluster.send(plain, from: .pod(2)).end == .pod(3, node: 2))
    let trip = try? cluster.send(Self.tunnelled(plain, from: .pod(1), to: .node(2)), from: .pod(1))
    #expect(trip == nil)
    #expect(cluster.nodes[1]?.drops(.tunnelSource, interface: 11) == 1)
  }

  @Test("from outside, a source that lives on the backend's node is refused there too", arguments: FamilyName.allCases)
  func sourceOfTheOtherNode(_ family: FamilyName) throws {
    let scene = try ClusterScene(family)
    for number: UInt8 in [1, 2] {
      scene.node(number).service(
        .service(10), port: 53, proto: IPProtocolNumber.udp, id: 6, backends: [.pod(3, node: 2)],
        localCount: number == 2 ? 1 : 0, flags: .sourceRanges)
    }
    scene.node(2).route(.pod(4, node: 2), flags: [.workload, .local, .inPool], interface: 14, mac: MACAddress(2, 0, 4))
    let own = Frame(
      family: family, source: .pod(4, node: 2), destination: .service(10), destinationPort: 53, transport: .udp)
    // Pod 4 talks to the service by itself.
    #expect(scene.node(2).send(own, .workloadIngress, interface: 14).redirect == .peer(of: 13))
    // Straight to its node, that is refused.
    #expect(scene.node(2).fromFabric(own).verdict == .drop)
    let outcome = scene.relay(own)
    #expect(outcome.verdict == .drop)
    let fresh = scene.relay(
      Frame(
        family: family, source: .node(2), destination: .service(10), destinationPort: 53, transport: .udp))
    #expect(fresh.verdict == .drop)
  }

  @Test("answers follow the node that the client's packets come by", arguments: FamilyName.allCases)
  func otherNode(_ family: FamilyName) throws {
    let scene = try ClusterScene(family)
    let world = scene.node(2)
    world.service(
      .service(10), port: 53, proto: IPProtocolNumber.udp, id: 6, backends: [.pod(3, node: 2)], localCount: 1)
    world.route(.node(3), flags: [.host], interface: World.fabric, nextHop: .node(3))
    let inner = Frame(
      family: family, source: .outside(1), destination: .service(10), destinationPort: 53, transport: .udp)
    let answer = Frame(
      family: family, source: .pod(3, node: 2), sourcePort: 8080, destination: .outside(1), destinationPort: 40_000,
      transport: .udp)
    #expect(world.fromFabric(Self.tunnelled(inner, from: .node(1), to: .node(2))).redirect == .peer(of: 13))
    #expect(Place(world.fromPod(3, answer).frame.destination) == .node(1))
    // Node 1 is dead; the client's packets come by node 3 now.
    #expect(world.fromFabric(Self.tunnelled(inner, from: .node(3), to: .node(2))).redirect == .peer(of: 13))
    let end = Place(world.fromPod(3, answer).frame.destination)
    #expect(end == .node(3))
  }

  @Test("who is no node is dropped, and so is what carries another family", arguments: FamilyName.allCases)
  func strangers(_ family: FamilyName) throws {
    let scene = try ClusterScene(family)
    scene.service(there: [.pod(3, node: 2)])
    let inner = scene.request(.udp, to: 1)
    for source in [Place.outside(1), .pod(2)] {
      #expect(scene.node(2).fromFabric(Self.tunnelled(inner, from: source, to: .node(2))).verdict == .drop)
    }
    var other = Self.tunnelled(inner, from: .node(1), to: .node(2))
    other.payload.replaceSubrange(20..<22, with: [0x08, 0x06])
    #expect(scene.node(2).fromFabric(other).verdict == .drop)
    #expect(scene.node(2).drops(.tunnelSource, interface: World.fabric) == 3)
    // Another network's is none of ours.
    var foreign = Self.tunnelled(inner, from: .node(1), to: .node(2))
    foreign.payload[6] = 0xc1
    #expect(scene.node(2).fromFabric(foreign).verdict == .next)
  }
}
