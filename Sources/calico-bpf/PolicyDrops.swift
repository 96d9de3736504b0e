import ArgumentParser
import DataplaneABI
import EBPF
import Glibc
import Policy

/// `calico-bpf policy drops`.
struct PolicyDrops: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drops", abstract: "Show what policies denied, and which rule did.",
    discussion: "The last 4,096 pairs of addresses with their protocol and port, what was denied last first.")

  @OptionGroup var options: DumpOptions
  @OptionGroup var files: PolicyOptions

  @Option(help: "How many to show.")
  var limit = 100

  func run() throws {
    let entries = try options.entries(MapName.denials, DenialKey.self, Denial.self)
      .filter { !options.ipv6 || $0.key.family == 6 }
    let reports = DenialReport.reports(
      entries, now: Self.now, deciders: Deciders(files.records()), interface: InterfaceName.of)
    let shown = Array(reports.prefix(max(0, limit)))
    try options.write(shown) { shown.map(\.text).joined() }
  }

  /// CLOCK_MONOTONIC in nanoseconds.
  private static var now: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}

/// `calico-bpf policy list`.
struct PolicyList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show at which interfaces policies are enforced, and of which pods they are.")

  @OptionGroup var files: PolicyOptions

  func run() throws {
    let pods = Dictionary(files.records().map { ($0.interface, $0.pod) }) { $1 }
    for (interface, pod) in pods.sorted(by: { $0.key < $1.key }) { print("\(interface) \(pod)") }
  }
}

/// What the numbers of programs and rules stand for.
struct Deciders {
  private let records: [UInt32: PolicyRecord]

  init(_ records: [PolicyRecord]) {
    self.records = Dictionary(records.map { ($0.program, $0) }) { first, _ in first }
  }

  /// "NetworkPolicy default/web ingress rule 0"
  func words(program: UInt32, rule: UInt32) -> String {
    guard let record = records[program] else { return "a policy that is no longer in place" }
    guard Int(rule) < record.rules.count else { return "a program that could not decide (\(record.programName))" }
    return record.rules[Int(rule)].name
  }
}

/// Traffic that a policy denied.
struct DenialReport: Encodable, Equatable {
  var secondsAgo: Double
  var source: String
  var destination: String
  var proto: String
  var interface: String
  /// ingress is what comes in by the interface, as tc names it.
  var hook: String
  var packets: UInt64
  var decider: String

  /// What was denied last first.
  static func reports(
    _ entries: [(key: DenialKey, value: Denial)], now: UInt64, deciders: Deciders, interface: (UInt32) -> String
  ) -> [DenialReport] {
    entries.sorted { $0.value.lastSeen > $1.value.lastSeen }.map { key, value in
      let detail = UInt16(truncatingIfNeeded: key.transport.rawValue)
      let proto = UInt8(truncatingIfNeeded: key.transport.rawValue >> 16)
      let hasPorts = [IPProtocolNumber.tcp, IPProtocolNumber.udp, IPProtocolNumber.sctp].contains(proto)
      let isICMP = [IPProtocolNumber.icmp, IPProtocolNumber.icmpv6].contains(proto)
      let destination = address(key.destination, key.family)
      return DenialReport(
        secondsAgo: Double(now > value.lastSeen ? now - value.lastSeen : 0) / 1e9,
        source: address(key.source, key.family),
        destination: hasPorts ? endpoint(destination, detail) : destination,
        proto: ProtocolWords.name(proto) + (isICMP ? " type \(detail >> 8) code \(detail & 0xff)" : ""),
        interface: interface(value.interfaceIndex), hook: value.hook == 0 ? "ingress" : "egress",
        packets: value.packets, decider: deciders.words(program: value.program, rule: value.rule))
    }
  }

  private static func address(_ address: IPv6Address, _ family: UInt32) -> String {
    family == 4 ? "\(IPv4Address(rawValue: address.word0))" : "\(address)"
  }

  var text: String {
    let tenths = Int(secondsAgo * 10)
    let times = packets == 1 ? "1 packet" : "\(packets) packets"
    return "\(tenths / 10).\(tenths % 10)s ago \(source) -> \(destination) \(proto), \(interface) \(hook), \(times): "
      + "denied by \(decider)\n"
  }
}
