import CalicoAPI
import Foundation
import Netlink
import PathTable
import Testing

@testable import Lab

extension RealTraffic {
  @Suite("Packet paths", .enabled(if: PathScripts.canRun, "needs perl")) struct Paths {}
}

extension RealTraffic.Paths {
  @Test("every path passes in every mode, and its packets are on the hosts that the page says, and on no others")
  func everyPath() async throws {
    let scripts = try PathScripts()
    defer { scripts.remove() }
    let cluster = try await PathCluster.make()
    try await Self.setWayBack(cluster, "replace")
    let result = await Self.outcome {
      try await Self.withServers(scripts, cluster) { try await Self.measure(scripts, cluster) }
    }
    try await Self.restore(cluster)
    let measured = try result.get()
    #expect(measured.count == PathRow.all.count)
    let differences = try PathDocument.differences(from: measured)
    #expect(differences.isEmpty, "\(differences.joined(separator: "\n"))")
  }

  private static func outcome<Value>(_ body: () async throws -> Value) async -> Result<Value, any Error> {
    do { return .success(try await body()) } catch { return .failure(error) }
  }

  /// Everybody serves while `body` runs.
  private static func withServers<Value: Sendable>(
    _ scripts: PathScripts, _ cluster: PathCluster, _ body: () async throws -> Value
  ) async throws -> Value {
    try await withThrowingTaskGroup(of: CommandResult.self) { group in
      for (end, resident) in cluster.residents {
        let own = end.isPod ? [scripts.associationServer(port: PathCluster.serverPort)] : []
        for script in [scripts.server(port: PathCluster.serverPort)] + own {
          let name = resident.name
          group.addTask { try await TestLab.shell(in: name, script, limit: .seconds(600)) }
        }
      }
      let result = await outcome(body)
      try scripts.stop()
      for try await server in group { #expect(server.code == 0, "\(server.output)") }
      return try result.get()
    }
  }

  private static func measure(
    _ scripts: PathScripts, _ cluster: PathCluster
  ) async throws -> [PathRow: [PathColumn: String]] {
    let recorder = try PathRecorder(scripts, cluster)
    for mode in PathRow.Balancing.allCases {
      try await TestLab.setConnectTime(ConnectTimeLoadBalancing(rawValue: mode.rawValue))
      // What dials no service is the same in all modes.
      let rows = PathRow.all.filter { $0.balancing == mode || ($0.balancing == nil && mode == .tcp) }
        .filter { $0.path != .podToOutside && !$0.path.returnsDirectly && $0.path.client != .farOutside }
      if mode == .disabled { await recorder.settle(rows) }
      try await recorder.record(rows)
    }
    try await RealTraffic.Outside.with(.direct) {
      let rows = PathRow.all.filter { $0.path.returnsDirectly && $0.path.client != .farOutside }
      await recorder.settle(rows)
      try await recorder.record(rows)
    }
    let far = try await measureFar(scripts, cluster)
    try await setNatOutgoing(false)
    let rows = PathRow.all.filter { $0.path == .podToOutside }
    await recorder.settle(rows)
    try await recorder.record(rows)
    return recorder.measured.merging(far) { $1 }
  }

  /// What comes by second interfaces, which answers leave by because of a rule: for the address that was asked, or, where another node
  /// answers, for the mark.
  private static func measureFar(
    _ scripts: PathScripts, _ cluster: PathCluster
  ) async throws -> [PathRow: [PathColumn: String]] {
    let rows = PathRow.all.filter { $0.path.client == .farOutside }
    let relayed = try await record(rows.filter { !$0.path.returnsDirectly }, .sourceRule, scripts, cluster)
    let result = await outcome {
      try await setStraightAnswers(true)
      return try await record(rows.filter(\.path.returnsDirectly), .markRule, scripts, cluster)
    }
    try await setStraightAnswers(false)
    return relayed.merging(try result.get()) { $1 }
  }

  /// Waits until all nodes answer straight, and with the mark, or have ceased to.
  private static func setStraightAnswers(_ isOn: Bool) async throws {
    let (mode, mark) = isOn ? ("\"DSR\"", SecondFabric.mark) : ("null", 0)
    let value = isOn ? "\(mark)" : "null"
    try await TestLab.configure(#"{"bpfExternalServiceMode":\#(mode),"bpfExtToServiceConnmark":\#(value)}"#)
    try await TestLab.eventually("the mode of answers") {
      try TestLab.topology().nodes.allSatisfy {
        let state = try TestLab.nodeState($0.host.name)
        return state.externalMark == mark && state.flags.contains(.returnsDirectly) == isOn
      }
    }
  }

  /// Records what a client behind a second switch does.
  private static func record(
    _ rows: [PathRow], _ routing: SecondFabric.Routing, _ scripts: PathScripts, _ cluster: PathCluster
  ) async throws -> [PathRow: [PathColumn: String]] {
    let fabric = try SecondFabric()
    let result = await outcome {
      try await fabric.make(routing)
      let recorder = try PathRecorder(
        scripts, cluster.with(fabric), outside: fabric.namespace, port: routing == .markRule ? 32_300 : 31_900)
      await recorder.settle(rows)
      try await recorder.record(rows)
      return recorder.measured
    }
    try await fabric.remove()
    return try result.get()
  }

  /// Leaves the lab as it was, whatever happened.
  private static func restore(_ cluster: PathCluster) async throws {
    try await setNatOutgoing(true)
    try await TestLab.setConnectTime(nil)
    try await setWayBack(cluster, "del")
    try await cluster.remove()
  }

  private static func setNatOutgoing(_ isOn: Bool) async throws {
    for pool in ["default-ipv4-ippool", "default-ipv6-ippool"] {
      let result = try await TestLab.kubectl(
        "patch", "ippool", pool, "--type", "merge", "-p", #"{"spec":{"natOutgoing":\#(isOn)}}"#)
      guard result.code == 0 else { throw LabError(result.output) }
    }
  }

  /// How the host outside answers a pod that comes as itself, and how it comes to external addresses.
  private static func setWayBack(_ cluster: PathCluster, _ verb: String) async throws {
    for ranges in [["10.65.0.0/16", "fd65::/48"], PathCluster.externalRanges] {
      for (range, node) in zip(ranges, try cluster.resident(.ownNode).addresses) {
        let result = try await TestLab.shell(in: "client", "ip route \(verb) \(range) via \(node)")
        guard result.code == 0 else { throw LabError(result.output) }
      }
    }
  }
}
