import ArgumentParser
import DataplaneABI
import EBPF
import Glibc

/// `calico-bpf conntrack dump`.
struct ConntrackDump: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dump", abstract: "Show the flows; those to a service with the backend that was chosen.")

  @OptionGroup var options: DumpOptions

  func run() throws {
    if options.ipv6 {
      try dump(IPv6Address.self, MapName.conntrack6)
    } else {
      try dump(IPv4Address.self, MapName.conntrack4)
    }
  }

  private func dump<Address: TextualIPAddress>(_: Address.Type, _ map: String) throws {
    let flows = FlowReport.flows(
      try options.entries(map, ConntrackKey<Address>.self, ConntrackValue<Address>.self), now: Self.monotonicNow())
    try options.write(flows) { flows.map(\.text).joined() }
  }

  /// Nanoseconds of the clock that the programs use.
  private static func monotonicNow() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}

/// One flow, from the side that opened it.
struct FlowReport: Encodable, Equatable {
  enum CodingKeys: String, CodingKey {
    case type
    case proto
    case source = "src"
    case destination = "dst"
    case originalDestination = "orig_dst"
    case translatedSource = "nat_src"
    case activeAgo = "active_ago"
    case tcpState = "tcp_state"
    case packets
    case bytes
  }

  /// "normal", or "nat-reverse" for a flow that is translated.
  var type: String
  var proto: String
  var source: String
  /// Who answers.
  var destination: String
  /// The service, where there is one.
  var originalDestination: String?
  /// What the opener's packets leave as, where that is not as they came.
  var translatedSource: String?
  var activeAgo: String
  var tcpState: String?
  /// Both ways, as this entry saw them.
  var packets: UInt64
  var bytes: UInt64

  /// A flow that is translated has two entries, shown as one: the client's packets hit the one, the answers the other.
  static func flows<Address: TextualIPAddress>(
    _ entries: [(key: ConntrackKey<Address>, value: ConntrackValue<Address>)], now: UInt64
  ) -> [FlowReport] {
    let values = Dictionary(entries.map { ($0.key, $0.value) }) { $1 }
    return entries.filter { $0.value.translation.kind != .opener }.map { key, value in
      let ends = Ends(key, value)
      return FlowReport(ends, value, companion: ends.openerKey.flatMap { values[$0] }, now: now)
    }.sorted { ($0.proto, $0.source, $0.destination) < ($1.proto, $1.source, $1.destination) }
  }

  private init<Address: TextualIPAddress>(
    _ ends: Ends<Address>, _ value: ConntrackValue<Address>, companion: ConntrackValue<Address>?, now: UInt64
  ) {
    let legs = [value, companion].compactMap { $0 }
    let client = legs.map { Ends.openerLeg($0) }
    let server = legs.map { Ends.answererLeg($0) }
    let lastSeen = legs.map(\.lastSeen).max() ?? 0
    type = ends.openerKey == nil ? "normal" : "nat-reverse"
    proto = Self.name(ends.proto)
    source = "\(ends.client)"
    destination = "\(ends.server)"
    originalDestination = ends.service.map { "\($0)" }
    translatedSource = ends.translatedClient.map { "\($0)" }
    activeAgo = Self.seconds(now - min(lastSeen, now))
    tcpState = ends.proto == IPProtocolNumber.tcp ? Self.state(Self.flags(client), Self.flags(server)) : nil
    packets = (client + server).reduce(0) { $0 &+ $1.packets }
    bytes = (client + server).reduce(0) { $0 &+ $1.bytes }
  }

  private static func flags(_ legs: [ConntrackLeg]) -> LegFlags {
    legs.reduce(into: LegFlags()) { $0.formUnion($1.flags) }
  }

  var text: String {
    let client = source + (translatedSource.map { " (as \($0))" } ?? "")
    let way = [client, originalDestination, destination].compactMap { $0 }.joined(separator: " -> ")
    return "\(proto) \(way)  Active ago \(activeAgo)\(tcpState.map { " \($0)" } ?? "")\n"
  }

  private static func name(_ proto: UInt8) -> String {
    switch proto {
    case IPProtocolNumber.tcp: "TCP"
    case IPProtocolNumber.udp: "UDP"
    case IPProtocolNumber.sctp: "SCTP"
    case IPProtocolNumber.icmp: "ICMP"
    case IPProtocolNumber.icmpv6: "ICMPv6"
    default: "\(proto)"
    }
  }

  private static func state(_ first: LegFlags, _ second: LegFlags) -> String {
    if first.contains(.rstSeen) || second.contains(.rstSeen) { return "RESET" }
    if first.contains(.finSeen), second.contains(.finSeen) { return "CLOSED" }
    let established: LegFlags = [.synSeen, .ackSeen]
    // The client's ACK and the server's SYN-ACK were seen.
    return first.contains(established) && second.contains(established) ? "ESTABLISHED" : "SYN-SENT"
  }

  /// "1.2s"; tenths, rounded down.
  private static func seconds(_ nanoseconds: UInt64) -> String {
    let tenths = nanoseconds / 100_000_000
    return "\(tenths / 10).\(tenths % 10)s"
  }
}
