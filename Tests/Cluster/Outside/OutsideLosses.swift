import CalicoAPI
import Foundation
import Netlink
import Testing

@testable import Lab

/// Backends that go while clients outside go on.
extension RealTraffic.Outside {
  @Test(
    "a backend's node is cut off: who talks to others goes on, and nobody new is sent there once its endpoint is gone")
  func nodeLost() async throws {
    try await OutsideCluster.withServers { cluster, _ in
      let talks = try Self.talks(cluster)
      do {
        try Self.plug(cluster.nodes[1], isIn: false)
        let lost = OutsideCall(
          transport: .tcp, namespace: cluster.client.namespace, address: cluster.node(1, 0),
          port: Front.there.nodePort, limit: 0.4)
        #expect(try lost.ask().answer == .silence)
        // Who asks for another backend notices nothing, at any time.
        #expect(talks.allSatisfy { $0.ask() == "outside-here" })
        try await Self.label("serves=no")
        // Either node may know it first: 20 calls by each come by chance to one of two once in a million times.
        try await TestLab.eventually("its endpoint is gone") { try Self.allReach("outside-here", cluster, 40) }
        let names = try Self.answering(cluster, 20)
        #expect(names == ["outside-here"], "\(names)")
        #expect(talks.allSatisfy { $0.ask() == "outside-here" })
      } catch {
        try? Self.plug(cluster.nodes[1], isIn: true)
        try? await Self.label("serves=true")
        throw error
      }
      try Self.plug(cluster.nodes[1], isIn: true)
      try await Self.label("serves=true")
      try await TestLab.eventually("it is back") {
        try Self.answering(cluster, 10) == ["outside-here", "outside-there"]
      }
      #expect(talks.allSatisfy { $0.ask() == "outside-here" })
    }
  }

  /// Connections by both nodes that stay, to a backend on node1.
  private static func talks(_ cluster: OutsideCluster) throws -> [ClientSocket] {
    try [(1, 0), (3, 0), (1, 1), (3, 1)].map { node, family in
      let socket = try ClientSocket(.tcp, in: cluster.client.namespace, isIPv6: family == 1, limit: 2)
      #expect(socket.connect(to: cluster.node(node, family), Front.here.nodePort))
      #expect(socket.ask() == "outside-here")
      return socket
    }
  }

  /// At the switch, so that the node keeps its addresses.
  static func plug(_ host: LabHost, isIn: Bool) throws {
    let fabric = try NetlinkConnection(in: try NetworkNamespace(named: try TestLab.topology().fabricNamespace))
    try fabric.setLink(try fabric.link(named: host.name).index, up: isIn)
  }

  private static func label(_ label: String) async throws {
    let result = try await TestLab.kubectl("label", "pod", "outside-there", label, "--overwrite")
    guard result.code == 0 else { throw LabError(result.output) }
  }

  /// Who answers new connections to both pods, by node1 and node3; an empty name stands for nobody.
  private static func answering(_ cluster: OutsideCluster, _ count: Int) throws -> Set<String> {
    var names: Set<String> = []
    for number in 0..<count { names.insert(try answer(cluster, number)) }
    return names
  }

  /// Whether that one answers all of them; asks no more once another one does.
  private static func allReach(_ name: String, _ cluster: OutsideCluster, _ count: Int) throws -> Bool {
    for number in 0..<count where try answer(cluster, number) != name { return false }
    return true
  }

  private static func answer(_ cluster: OutsideCluster, _ number: Int) throws -> String {
    let (node, family) = (number.isMultiple(of: 2) ? 1 : 3, number / 2 % 2)
    let answer = try OutsideCall(
      transport: .tcp, namespace: cluster.client.namespace, address: cluster.node(node, family),
      port: Front.both.nodePort, limit: 0.5
    ).ask().answer
    if case .by(let name, _) = answer { return name }
    return ""
  }
}

extension ClientSocket {
  /// The name of who answers; nil if nobody does.
  func ask() -> String? {
    guard send(Array("who".utf8)) == 0, let answer = receive() else { return nil }
    return String(decoding: answer, as: UTF8.self).split(separator: " ").first.map(String.init)
  }
}
