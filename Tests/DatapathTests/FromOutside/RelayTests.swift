import DataplaneABI
import KernelRuntime
import Testing

@testable import DatapathPrograms

@Suite("Services that are asked for from outside")
struct RelayTests {
  /// Client and server as they see each other, for as long as a conversation takes.
  private func talk(
    _ scene: ClusterScene, _ transports: [Frame.Transport], to server: Place,
    _ check: (SimulatedCluster.Trip, SimulatedCluster.Trip) -> Void
  ) throws {
    for number in transports.indices {
      let there = try scene.cluster.send(scene.request(transports[number]), from: .outside(1))
      let got = Dissection(there.bytes)
      #expect(there.end == server)
      #expect(Place(got.source) == .outside(1))
      #expect(got.destinationPort == 8080)
      #expect(got.checksumsHold)
      let answer = number == 0 && transports.count == 3 ? Self.first(answering: transports[0]) : transports[number]
      let back = try scene.cluster.send(scene.answer(there, answer), from: server)
      let seen = Dissection(back.bytes)
      #expect(back.end == .outside(1))
      #expect(Place(seen.source) == .node(1))
      #expect(seen.sourcePort == ClusterScene.port)
      #expect(seen.destinationPort == 40_000)
      #expect(seen.checksumsHold)
      check(there, back)
    }
  }

  private static let conversations: [[Frame.Transport]] = [
    [.syn, .ack, .ack], [.udp, .udp], [.initiation, .cookieEcho, .chunk(0, byClient: true)],
  ]

  private static func first(answering opening: Frame.Transport) -> Frame.Transport {
    if case .sctp = opening { return .initiationAck }
    return .synAck
  }

  @Test("a backend on the node that was asked", arguments: FamilyName.allCases)
  func here(_ family: FamilyName) throws {
    for transports in Self.conversations {
      let scene = try ClusterScene(family)
      scene.service(here: [.pod(2)])
      try talk(scene, transports, to: .pod(2)) { there, back in
        #expect(there.stops.map(\.node) == [1])
        #expect(Set(back.stops.map(\.node)) == [1])
      }
      #expect(scene.flows(on: 1) == 2)
    }
  }

  @Test("a backend on another node, by tunnel there and back", arguments: FamilyName.allCases)
  func tunnel(_ family: FamilyName) throws {
    for transports in Self.conversations {
      let scene = try ClusterScene(family)
      scene.service(there: [.pod(3, node: 2)])
      try talk(scene, transports, to: .pod(3, node: 2)) { there, back in
        #expect(Set(there.stops.map(\.node)) == [1, 2])
        #expect(Set(back.stops.map(\.node)) == [1, 2])
      }
      #expect(scene.flows(on: 1) == 1)
      #expect(scene.flows(on: 2) == 2)
      #expect(scene.node(1).events(.relayed, interface: World.fabric) == 1)
    }
  }

  @Test("a backend on another node that answers by itself", arguments: FamilyName.allCases)
  func direct(_ family: FamilyName) throws {
    for transports in Self.conversations {
      let scene = try ClusterScene(family, direct: true)
      scene.service(there: [.pod(3, node: 2)])
      try talk(scene, transports, to: .pod(3, node: 2)) { there, back in
        #expect(Set(there.stops.map(\.node)) == [1, 2])
        #expect(Set(back.stops.map(\.node)) == [2])
      }
    }
  }

  @Test("clients that opted out get their answers the way that they asked", arguments: FamilyName.allCases)
  func optedOut(_ family: FamilyName) throws {
    let scene = try ClusterScene(family, direct: true)
    scene.service(there: [.pod(3, node: 2)])
    for number: UInt8 in [1, 2] { scene.node(number).route(.outside(1), flags: .noDirectReturn) }
    try talk(scene, [.syn, .ack, .ack], to: .pod(3, node: 2)) { _, back in
      #expect(Set(back.stops.map(\.node)) == [1, 2])
    }
  }

  @Test("an established packet does one conntrack look-up on each node", arguments: FamilyName.allCases)
  func cost(_ family: FamilyName) throws {
    let scene = try ClusterScene(family)
    scene.service(there: [.pod(3, node: 2)])
    var last: (SimulatedCluster.Trip, SimulatedCluster.Trip)?
    try talk(scene, [.syn, .ack, .ack], to: .pod(3, node: 2)) { last = ($0, $1) }
    let (there, back) = try #require(last)
    for trip in [there, back] {
      for stop in trip.stops {
        let searches = stop.outcome.calls.filter {
          $0 == .lookup(MapName.conntrack4) || $0 == .lookup(MapName.conntrack6)
        }
        #expect(searches.count <= 1)
        #expect(!stop.outcome.calls.contains { if case .update = $0 { true } else { false } })
      }
    }
  }
}
