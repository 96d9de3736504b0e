import ArgumentParser
import DataplaneABI
import EBPF

/// `calico-bpf counters dump`.
struct CountersDump: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dump", abstract: "Show what was dropped, and why, and what else was counted.",
    discussion: "Packets of established flows are not in these counters: see conntrack dump.")

  @OptionGroup var options: DumpOptions

  @Option(help: "Only this interface.")
  var iface: String?

  func run() throws {
    let rows = try options.open(MapName.counters).typed(CounterKey.self, Counters.self).entriesPerCPU()
    var reports = CountersReport.reports(
      Dictionary(rows.map { ($0.key, CountersReport.sum($0.values)) }) { $1 }, name: InterfaceName.of)
    if let iface { reports.removeAll { $0.interface != iface } }
    if let iface, reports.isEmpty { throw ValidationError("no program has counted anything on an interface \(iface)") }
    try options.write(reports) { reports.map(\.text).joined(separator: "\n") }
  }
}

/// One interface's counters.
struct CountersReport: Encodable, Equatable {
  struct Row: Encodable, Equatable {
    var category: String
    var type: String
    /// nil where the hook has no program.
    var ingress: UInt64?
    var egress: UInt64?
    /// What was counted in system calls; nil for an interface.
    var calls: UInt64?
  }

  /// Stands in for an interface's name: what the programs at the cgroup have counted.
  static let sockets = "sockets"

  var interface: String
  var counters: [Row]

  /// By the interfaces' names; what sockets did comes last.
  static func reports(_ rows: [CounterKey: Counters], name: (UInt32) -> String) -> [CountersReport] {
    interfaces(rows, name: name) + (rows[.sockets].map { [ofSockets($0)] } ?? [])
  }

  private static func ofSockets(_ row: Counters) -> CountersReport {
    let events = [CounterIndex.serviceFlow].map { event in
      Row(category: "Counted", type: "\(event)", calls: row.events[Int(event.rawValue)])
    }
    let drops = [Drop.noBackend, .backendMissing].map { drop in
      Row(
        category: drop == .noBackend ? "Refused" : "Left to packets", type: "\(drop)",
        calls: row.drops[Int(drop.rawValue)])
    }
    return CountersReport(interface: sockets, counters: events + drops)
  }

  private static func interfaces(_ rows: [CounterKey: Counters], name: (UInt32) -> String) -> [CountersReport] {
    Set(rows.keys.filter { $0 != .sockets }.map(\.interfaceIndex)).map { index in
      let ingress = rows[CounterKey(interfaceIndex: index, hook: 0)]
      let egress = rows[CounterKey(interfaceIndex: index, hook: 1)]
      let events = CounterIndex.allCases.map { event in
        let slot = Int(event.rawValue)
        return Row(
          category: "Counted", type: "\(event)", ingress: ingress?.events[slot], egress: egress?.events[slot])
      }
      let drops = Drop.allCases.map { drop in
        let slot = Int(drop.rawValue)
        return Row(category: "Dropped", type: "\(drop)", ingress: ingress?.drops[slot], egress: egress?.drops[slot])
      }
      return CountersReport(interface: name(index), counters: events + drops)
    }.sorted { $0.interface < $1.interface }
  }

  /// Every CPU's row added up.
  static func sum(_ rows: [Counters]) -> Counters {
    var total = Counters()
    for row in rows {
      for index in row.events.indices { total.events[index] &+= row.events[index] }
      for index in row.drops.indices { total.drops[index] &+= row.drops[index] }
    }
    return total
  }

  var text: String { interface == Self.sockets ? textOfSockets : textOfInterface }

  private var textOfSockets: String {
    TextTable.text(
      head: ["CATEGORY", "TYPE", "CALLS"], rows: counters.map { [$0.category, $0.type, "\($0.calls ?? 0)"] })
      + "dumped \(interface) counters.\n"
  }

  private var textOfInterface: String {
    let rows = counters.map { row in
      [row.category, row.type, row.ingress.map { "\($0)" } ?? "N/A", row.egress.map { "\($0)" } ?? "N/A"]
    }
    return TextTable.text(head: ["CATEGORY", "TYPE", "INGRESS", "EGRESS"], rows: rows)
      + "dumped \(interface) counters.\n"
  }
}
