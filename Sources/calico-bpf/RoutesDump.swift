import ArgumentParser
import DataplaneABI
import EBPF

/// `calico-bpf routes dump`.
struct RoutesDump: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dump", abstract: "Show what each prefix is to this node, and where its packets go.")

  @OptionGroup var options: DumpOptions

  func run() throws {
    if options.ipv6 {
      try dump(IPv6Address.self, MapName.routes6)
    } else {
      try dump(IPv4Address.self, MapName.routes4)
    }
  }

  private func dump<Address: TextualIPAddress>(_: Address.Type, _ map: String) throws {
    let rows = RouteReport.rows(try options.entries(map, RouteKey<Address>.self, Route<Address>.self))
    try options.write(rows) { RouteReport.text(rows) }
  }
}

/// One entry of a route map.
struct RouteReport: Encodable, Equatable {
  enum CodingKeys: String, CodingKey {
    case destination = "dest"
    case flags
    case interfaceIndex = "ifindex"
    case nextHop = "next_hop"
  }

  var destination: String
  var flags: [String]
  var interfaceIndex: UInt32?
  var nextHop: String?

  /// In the order of the prefixes.
  static func rows<Address: TextualIPAddress>(
    _ entries: [(key: RouteKey<Address>, value: Route<Address>)]
  ) -> [RouteReport] {
    entries.sorted { $0.key.isBefore($1.key) }.map { key, route in
      RouteReport(
        destination: "\(key)", flags: words(route.flags),
        interfaceIndex: route.interfaceIndex == 0 ? nil : route.interfaceIndex,
        nextHop: route.nextHop == .any ? nil : "\(route.nextHop)")
    }
  }

  private static func words(_ flags: RouteFlags) -> [String] {
    var words = [flags.contains(.local) ? "local" : "remote"]
    if flags.contains(.host) { words.append("host") }
    if flags.contains(.workload) { words.append("workload") }
    if flags.contains(.inPool) { words.append("in-pool") }
    if flags.contains(.natOutgoing) { words.append("nat-out") }
    if flags.contains(.sameSubnet) { words.append("same-subnet") }
    if flags.contains(.noDirectReturn) { words.append("no-dsr") }
    if flags.contains(.unusedService) {
      words.append(flags.contains(.refusesUnused) ? "blackhole-reject" : "blackhole-drop")
    }
    return words
  }

  static func text(_ rows: [RouteReport]) -> String {
    let width = rows.map(\.destination.count).max() ?? 0
    return rows.map { row in
      var words = row.flags
      if let nextHop = row.nextHop { words.append("nh \(nextHop)") }
      if let index = row.interfaceIndex { words.append("idx \(index)") }
      let padding = String(repeating: " ", count: width - row.destination.count)
      return "\(padding)\(row.destination): \(words.joined(separator: " "))\n"
    }.joined()
  }
}
