import Foundation
import PathTable
import Testing

@testable import Lab

/// Runs rows one after the other, with every host's interfaces in view.
final class PathRecorder {
  private(set) var measured: [PathRow: [PathColumn: String]] = [:]
  private let taps: [PathTap]
  private let scripts: PathScripts
  private let cluster: PathCluster
  /// The clients' node.
  private let node: String
  /// Each flow has a port of its own, below those that the kernel chooses and above those for translated sources.
  private var port: UInt16

  /// - Parameters:
  ///   - outside: The network namespace of a client who is behind second interfaces; nil is the lab's own client.
  ///   - port: The last before those of flows. What a client begins from a port again may be taken for what it began before.
  init(_ scripts: PathScripts, _ cluster: PathCluster, outside: String? = nil, port: UInt16 = 31_000) throws {
    self.port = port
    self.scripts = scripts
    self.cluster = cluster
    node = try cluster.resident(.ownNode).name
    let topology = try TestLab.topology()
    let taps = try topology.hosts.map { host in
      let isOutside = host == topology.client && outside == nil
      return try PathTap(host, named: isOutside ? "outside" : host.name, ports: PathCluster.ports)
    }
    let far = try outside.map { try PathTap(namespace: $0, named: "outside", ports: PathCluster.ports) }
    self.taps = taps + [far].compactMap(\.self)
  }

  private func exchange(_ row: PathRow) async throws -> String? {
    port += 1
    return try await PathExchange(row: row, cluster: cluster, scripts: scripts).run(from: port) { forget() }
  }

  private func forget() {
    for tap in taps { _ = tap.sightings() }
  }

  /// Waits until what was changed just now has its effect. What never has it shows in the record.
  func settle(_ rows: [PathRow]) async {
    for row in rows {
      try? await TestLab.eventually("\(row)", within: .seconds(10)) { try await exchange(row) == nil }
    }
  }

  func record(_ rows: [PathRow]) async throws {
    for row in rows {
      forget()
      for tap in taps { _ = tap.missed() }
      let before = try TestLab.socketCounters(on: node)[.serviceFlow]
      let takenOverBefore = try TestLab.counters(on: node)[.takenOver]
      let failure = try await exchange(row)
      let sightings = taps.flatMap { $0.sightings() }
      #expect(taps.allSatisfy { $0.missed() == 0 }, "\(row): a tap did not see everything")
      // Each row is one socket, so the mode shows in what was chosen there.
      let chosen = try TestLab.socketCounters(on: node)[.serviceFlow] - before
      #expect(chosen == (row.isBalancedAtSocket ? 1 : 0), "\(row)")
      // The node's own flows it knows already, and datagrams open one anywhere.
      let takesOver = row.path.moves && row.path.server == .podThere && row.transport == .tcp
      #expect(try TestLab.counters(on: node)[.takenOver] - takenOverBefore == (takesOver ? 1 : 0), "\(row)")
      let hosts = Self.hosts(sightings.filter(\.isQuestion)) + Self.hosts(sightings.filter { !$0.isQuestion })
      let passed = row.transport == .sctp ? "yes, crafted" : "yes"
      measured[row] = [.passed: failure == nil ? passed : "no", .seen: SeenOn.text(hosts)]
      if let failure { Issue.record("\(row): \(failure)") }
    }
  }

  /// In the order in which they saw the first of these packets.
  private static func hosts(_ sightings: [PathTap.Sighting]) -> [String] {
    Dictionary(grouping: sightings, by: \.host).mapValues { $0.map(\.time).min() ?? 0 }
      .sorted { $0.value < $1.value }.map(\.key)
  }
}
