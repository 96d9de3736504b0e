import ArgumentParser
import DataplaneABI
import EBPF
import Policy
import PolicyCompiler

/// Which of a pod's packets.
enum PolicyHook: String, ExpressibleByArgument, CaseIterable {
  case ingress, egress, all
}

/// `calico-bpf policy dump`.
struct PolicyDump: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dump", abstract: "Show the rules of a pod's policies in order, and how many packets met each.")

  @OptionGroup var options: DumpOptions
  @OptionGroup var files: PolicyOptions

  @Argument(help: "The pod's interface on the node.")
  var interface: String

  @Argument(help: "ingress, egress or all.")
  var hook = PolicyHook.all

  func run() throws {
    let all = files.records()
    guard !all.isEmpty else {
      throw ValidationError(
        "there are no policy files in \(files.policyDir): give the node's folder with --policy-dir; "
          + "bpfPolicyDebugEnabled of the FelixConfiguration may have switched them off")
    }
    let own = all.filter { $0.interface == interface && (hook == .all || $0.direction == hook.rawValue) }
    guard !own.isEmpty else {
      throw ValidationError("no policies are enforced at an interface \(interface): calico-bpf policy list names those")
    }
    let wanted = options.ipv6 ? own.filter { $0.family == 6 } : own
    let map = try options.open(MapName.policyPrograms)
    let reports = try wanted.map { PolicyReport($0, packets: try packets(of: $0, map)) }
    try options.write(reports) { reports.map(\.text).joined(separator: "\n") }
  }

  /// Packets by rule, from the counters of the program that is in the slot now; nil where that is another one than the file's.
  private func packets(of record: PolicyRecord, _ programs: borrowing Map) throws -> [UInt64]? {
    let slot = record.slot
    let value = try programs.lookUp(bytes: withUnsafeBytes(of: slot) { Array($0) })
    guard let value, value.count == 4 else { return nil }
    let id = value.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }
    guard let info = try LoadedProgram.open(id: id)?.info(), info.name == record.programName else { return nil }
    for id in info.maps {
      guard let map = try Map.open(id: id), map.info.name == PolicyMapName.counters else { continue }
      var packets = [UInt64](repeating: 0, count: record.rules.count)
      for entry in try map.typed(UInt32.self, UInt64.self).entriesPerCPU() where Int(entry.key) < packets.count {
        packets[Int(entry.key)] = entry.values.reduce(0, &+)
      }
      return packets
    }
    return nil
  }
}

/// One interface's policies of one direction and family.
struct PolicyReport: Encodable, Equatable {
  struct Rule: Encodable, Equatable {
    var name: String
    var tier: String?
    var action: String
    var match: String
    /// nil where nobody knows.
    var packets: UInt64?
  }

  var interface: String
  var pod: String
  var hook: String
  var family: Int
  var program: String
  var rules: [Rule]

  init(_ record: PolicyRecord, packets: [UInt64]?) {
    interface = record.interface
    pod = record.pod
    hook = record.direction
    family = record.family
    program = record.programName
    rules = record.rules.enumerated().map { number, rule in
      Rule(
        name: rule.name, tier: rule.tier, action: rule.action, match: rule.match,
        packets: packets.flatMap { number < $0.count ? $0[number] : nil })
    }
  }

  var text: String {
    let head = "\(interface) \(hook) IPv\(family), pod \(pod), program \(program)\n"
    let rows = rules.map { [$0.packets.map { "\($0)" } ?? "?", $0.action, $0.name, $0.tier ?? "", $0.match] }
    return head + TextTable.text(head: ["PACKETS", "ACTION", "RULE", "TIER", "MATCHES"], rows: rows)
  }
}
