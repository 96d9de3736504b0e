import DataplaneABI
import KernelRuntime
import Testing

@testable import Datapath
@testable import DatapathPrograms

/// All of it runs in the simulated kernel and as compiled instructions, which must agree.
@Suite("Maglev from outside")
struct MaglevTests {
  private static let transports: [Frame.Transport] = [.syn, .udp]

  @Test("the hash is Bob Jenkins'")
  func hash() {
    var five = WordHash(words: 5)
    five.mix(1, 2, 3)
    #expect(five.finish(4, 5) == 0xc515_b71c)
    var eleven = WordHash(words: 11)
    for first: UInt32 in [1, 4, 7] { eleven.mix(first, first + 1, first + 2) }
    #expect(eleven.finish(10, 11) == 0xe6b1_8037)
  }

  @Test(
    "whichever node is asked, the backend is the same, and every backend is somebody's", arguments: FamilyName.allCases)
  func sameBackend(_ family: FamilyName) throws {
    for transport in Self.transports {
      var chosen: Set<Place> = []
      for port in UInt16(40_000)...40_015 {
        let ends = try (1...3).map { node in
          // Nothing is remembered of another node's.
          try MaglevScene(family, direct: true).send(
            MaglevScene(family, direct: true).request(transport, port), by: UInt8(node)
          ).end
        }
        #expect(Set(ends).count == 1, "port \(port)")
        chosen.formUnion(ends)
      }
      #expect(chosen == Set(MaglevScene.pods))
    }
  }

  @Test(
    "a node is lost in mid-flow: the next one goes on with the same backend", arguments: FamilyName.allCases,
    [false, true])
  func failover(_ family: FamilyName, _ direct: Bool) throws {
    for transport in Self.transports {
      for port in UInt16(40_000)...40_007 {
        let maglev = try MaglevScene(family, direct: direct)
        let server = try maglev.open(transport, port, by: 3)
        maglev.cluster.cutOff = [3]
        for node: UInt8 in [1, 2, 1] {
          let there = try maglev.send(maglev.request(transport.next, port), by: node)
          #expect(there.end == server)
          let answer = maglev.scene.answer(there, transport.next)
          let back = try maglev.cluster.send(answer, from: server)
          let seen = Dissection(back.bytes)
          #expect(back.end == .outside(1))
          #expect(Place(seen.source) == .service(10))
          #expect((seen.sourcePort, seen.destinationPort) == (80, port))
          #expect(seen.checksumsHold)
          // With DSR from the backend's node, otherwise by the one that the client's packets come by now.
          #expect(Set(back.stops.map(\.node)) == (direct ? [server.network] : [server.network, node]))
        }
      }
    }
  }

  @Test("from the backend's own node to another and back", arguments: FamilyName.allCases, [false, true])
  func ownNode(_ family: FamilyName, _ direct: Bool) throws {
    for transport in Self.transports {
      let maglev = try MaglevScene(family, direct: direct, table: [.pod(3, node: 2)])
      #expect(try maglev.open(transport, by: 2) == .pod(3, node: 2))
      for node: UInt8 in [1, 2, 3, 3, 1, 2] {
        let there = try maglev.send(maglev.request(transport.next), by: node)
        #expect(there.end == .pod(3, node: 2))
        let back = try maglev.cluster.send(maglev.scene.answer(there, transport.next), from: there.end)
        #expect(back.end == .outside(1))
        #expect(Place(Dissection(back.bytes).source) == .service(10))
        #expect(Set(back.stops.map(\.node)) == (direct ? [2] : [2, node]))
      }
    }
  }

  @Test(
    "a node that takes over counts it, once, and its established packets look up no service",
    arguments: FamilyName.allCases)
  func cost(_ family: FamilyName) throws {
    let maglev = try MaglevScene(family, direct: true, table: [.pod(3, node: 2)])
    _ = try maglev.open(.syn, by: 3)
    for _ in 0..<3 { _ = try maglev.send(maglev.request(.ack), by: 1) }
    #expect(maglev.scene.node(1).events(.takenOver, interface: World.fabric) == 1)
    #expect(maglev.scene.node(1).events(.relayed, interface: World.fabric) == 1)
    #expect(maglev.scene.node(2).events(.takenOver, interface: World.fabric) == 0)
    let trip = try maglev.send(maglev.request(.ack), by: 1)
    for stop in trip.stops {
      let searches = stop.outcome.calls.compactMap { if case .lookup(let map) = $0 { map } else { nil } }
      #expect(!searches.contains(MapName.frontends4) && !searches.contains(MapName.frontends6))
      #expect(!searches.contains(MapName.maglev4) && !searches.contains(MapName.maglev6))
      #expect(!stop.outcome.calls.contains { if case .update = $0 { true } else { false } })
    }
  }

  @Test("a new flow to a service without a table does not ask for one", arguments: FamilyName.allCases)
  func plainCost(_ family: FamilyName) throws {
    let scene = try ClusterScene(family)
    scene.service(there: [.pod(3, node: 2)])
    let trip = try scene.cluster.send(scene.request(.syn), from: .outside(1))
    for stop in trip.stops {
      #expect(!stop.outcome.calls.contains(.lookup(family == .v4 ? MapName.maglev4 : MapName.maglev6)))
    }
  }

  @Test("without a table a connection in mid-flow is nobody's at another node", arguments: FamilyName.allCases)
  func withoutTable(_ family: FamilyName) throws {
    let maglev = try MaglevScene(family, direct: true, table: [])
    #expect(try maglev.open(.syn, by: 3) == .pod(2))
    let trip = try? maglev.send(maglev.request(.ack), by: 2)
    #expect(trip == nil)
    #expect(maglev.scene.node(2).drops(.noFlow, interface: World.fabric) == 1)
  }

  @Test("a hole in the table: new flows go anywhere, others nowhere", arguments: FamilyName.allCases)
  func hole(_ family: FamilyName) throws {
    let maglev = try MaglevScene(family, direct: true)
    for node: UInt8 in 1...3 {
      maglev.scene.node(node).map(family == .v4 ? MapName.maglev4 : MapName.maglev6).removeAll()
    }
    #expect(MaglevScene.pods.contains(try maglev.send(maglev.request(.syn), by: 3).end))
    let trip = try? maglev.send(maglev.request(.ack, 41_000), by: 3)
    #expect(trip == nil)
    #expect(maglev.scene.node(3).drops(.noFlow, interface: World.fabric) == 1)
  }

  @Test(
    "where nodes' tables differ, the backend's node takes one of its own for what is new",
    arguments: FamilyName.allCases)
  func viewsDiffer(_ family: FamilyName) throws {
    let maglev = try MaglevScene(family, direct: true, table: [.pod(3, node: 2)])
    for (id, proto) in [(UInt32(5), IPProtocolNumber.tcp), (6, IPProtocolNumber.udp)] {
      maglev.scene.node(2).service(
        .service(10), proto: proto, id: id, backends: [.pod(3, node: 2), .pod(2)], localCount: 1, slots: [.pod(2)])
    }
    for transport in Self.transports {
      #expect(try maglev.send(maglev.request(transport), by: 3).end == .pod(3, node: 2))
    }
    // Who has the connection is not known there: its client is told nothing wrong, and tries again.
    let trip = try? maglev.send(maglev.request(.ack, 41_000), by: 3)
    #expect(trip == nil)
    #expect(maglev.scene.node(2).drops(.noFlow, interface: World.fabric) == 1)
  }

  @Test(
    "one client keeps to one backend where the service asks for that, by every node", arguments: FamilyName.allCases)
  func affinity(_ family: FamilyName) throws {
    for transport in Self.transports {
      var ends: Set<Place> = []
      for port in UInt16(40_000)...40_008 {
        let maglev = try MaglevScene(family, direct: true, affinitySeconds: 60)
        for node: UInt8 in 1...3 { ends.insert(try maglev.send(maglev.request(transport, port), by: node).end) }
      }
      #expect(ends.count == 1)
    }
  }

  @Test("policies that keep traffic on the node do not count", arguments: FamilyName.allCases)
  func policies(_ family: FamilyName) throws {
    let maglev = try MaglevScene(
      family, direct: true, table: [.pod(3, node: 2)], flags: [.externalLocal, .internalLocal])
    for node: UInt8 in [1, 3] {
      #expect(try maglev.send(maglev.request(.syn, 40_000 + UInt16(node)), by: node).end == .pod(3, node: 2))
    }
  }

  @Test("who may not come in new may not come in mid-flow either", arguments: FamilyName.allCases)
  func sourceRanges(_ family: FamilyName) throws {
    let maglev = try MaglevScene(family, direct: true, flags: .sourceRanges)
    for transport in [Frame.Transport.syn, .ack, .udp] {
      let trip = try? maglev.send(maglev.request(transport), by: 3)
      #expect(trip == nil)
    }
    #expect(maglev.scene.node(3).drops(.sourceRange, interface: World.fabric) == 3)
  }

  @Test("pods and the nodes themselves draw, whatever the table says", arguments: FamilyName.allCases)
  func inside(_ family: FamilyName) throws {
    let maglev = try MaglevScene(family, direct: true, table: [.pod(3, node: 2)])
    let request = maglev.request(.syn, from: .pod(1))
    // The first of node 1's backends, with a chance of 0.
    #expect(try maglev.cluster.send(request, from: .pod(1)).end == .pod(2))
  }

  @Test(
    "an acknowledgement that nobody asked for is not kept beyond the table of flows", arguments: FamilyName.allCases)
  func flood(_ family: FamilyName) throws {
    let maglev = try MaglevScene(family, direct: false, table: [.pod(3, node: 2)])
    for _ in 0..<3 { _ = try maglev.send(maglev.request(.ack), by: 2) }
    #expect(maglev.scene.node(2).map(family == .v4 ? MapName.established4 : MapName.established6).count == 0)
  }

  @Test("a source of the backend's node, forged outside, does not turn its answers", arguments: FamilyName.allCases)
  func forged(_ family: FamilyName) throws {
    let maglev = try MaglevScene(family, direct: false, table: [.pod(3, node: 2)])
    let world = maglev.scene.node(2)
    world.route(.pod(4, node: 2), flags: [.workload, .local, .inPool], interface: 14, mac: MACAddress(2, 0, 4))
    let own = maglev.request(.udp, from: .pod(4, node: 2))
    #expect(world.send(own, .workloadIngress, interface: 14).redirect == .peer(of: 13))
    let relayed = maglev.scene.node(1).fromFabric(own)
    let outcome = world.send(bytes: relayed.bytes, .hostIngress, interface: World.fabric)
    #expect(outcome.verdict == .drop)
    #expect(world.entry(own)?.back.flags.has(.tunnelled) == false)
  }
}
