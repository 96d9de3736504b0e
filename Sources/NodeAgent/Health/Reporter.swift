import Dataplane
import KubernetesClient

/// One line of a health page.
struct Reporter: Equatable {
  var name: String
  var isOK: Bool
  /// What is wrong, or what is going on.
  var detail: String
}

/// What the health pages say: pure functions of the agent's status.
enum HealthReport {
  /// Whether the agent still does anything. `silence` is how long it has not.
  static func liveness(silence: Duration, limit: Duration) -> [Reporter] {
    let isOK = silence < limit
    return [
      Reporter(
        name: "loop", isOK: isOK,
        detail: isOK
          ? "running" : "nothing done for \(Int(silence.seconds)) s, at most \(Int(limit.seconds)) s expected")
    ]
  }

  /// Whether this node's dataplane is as the cluster wants it.
  static func readiness(_ status: AgentStatus, watches: [ReflectorHealth], nodeName: String) -> [Reporter] {
    [
      Reporter(
        name: "datastore", isOK: status.isSynced,
        detail: status.isSynced ? watchDetail(watches) : "waiting for \(status.awaitedKinds.joined(separator: ", "))"),
      Reporter(
        name: "node", isOK: !status.isSynced || status.knowsNode,
        detail: status.knowsNode ? nodeName : "the cluster has no node \(nodeName)"),
      interfaces(status.report),
      dataplane(status.report),
    ]
  }

  /// A watch that fails at the moment does not make the dataplane wrong, only old.
  private static func watchDetail(_ watches: [ReflectorHealth]) -> String {
    let failing = watches.filter { $0.failure != nil }.map(\.resource)
    return failing.isEmpty
      ? "in sync" : "in sync before, cannot follow \(failing.joined(separator: ", ")) at the moment"
  }

  private static func interfaces(_ report: ApplyReport?) -> Reporter {
    guard let report else { return Reporter(name: "interfaces", isOK: false, detail: "not prepared yet") }
    guard !report.readyDataInterfaces.isEmpty else {
      return Reporter(
        name: "interfaces", isOK: false,
        detail: "no interface to other nodes: none holds the node's InternalIP or a default route, or none matches "
          + "bpfDataIfacePattern or --data-interface")
    }
    let names = report.readyDataInterfaces.sorted().joined(separator: ", ")
    return Reporter(name: "interfaces", isOK: true, detail: "programs attached to \(names)")
  }

  private static func dataplane(_ report: ApplyReport?) -> Reporter {
    guard let report else { return Reporter(name: "dataplane", isOK: false, detail: "not programmed yet") }
    guard let first = report.failures.first else {
      return Reporter(name: "dataplane", isOK: true, detail: "\(report.readyWorkloads.count) pods connected")
    }
    let more = report.failures.count > 1 ? " (and \(report.failures.count - 1) more)" : ""
    return Reporter(name: "dataplane", isOK: false, detail: "\(first)\(more)")
  }

  /// The page: a table with a line for each reporter.
  static func page(_ reporters: [Reporter]) -> String {
    let width = reporters.map(\.name.count).max() ?? 0
    return reporters.map { reporter in
      let name = reporter.name.padding(to: width)
      // Evidence such as a verifier's log has more lines; a table has one for each.
      let detail = reporter.detail.split(whereSeparator: \.isNewline).joined(separator: " ")
      return "\(name)  \(reporter.isOK ? "ok  " : "BAD ")  \(detail)\n"
    }.joined()
  }
}

extension String {
  func padding(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
