import ArgumentParser
import DataplaneABI
import EBPF

/// `calico-bpf nat maglev`.
struct MaglevDump: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "maglev", abstract: "Show the backend of each slot of the Maglev tables.")

  @OptionGroup var options: DumpOptions

  func run() throws {
    if options.ipv6 {
      try dump(IPv6Address.self, MapName.maglev6)
    } else {
      try dump(IPv4Address.self, MapName.maglev4)
    }
  }

  private func dump<Address: TextualIPAddress>(_: Address.Type, _ name: String) throws {
    let slots = MaglevReport.slots(try options.entries(name, BackendKey.self, Backend<Address>.self))
    try options.write(slots) { slots.map(\.text).joined() }
  }
}

/// One slot of a table.
struct MaglevReport: Encodable, Equatable {
  /// The id of the table's frontend.
  var svcID: UInt32
  var ordinal: UInt32
  var addr: String
  var port: UInt16

  enum CodingKeys: String, CodingKey {
    case svcID = "svc_id"
    case ordinal, addr, port
  }

  /// In the order of tables and slots.
  static func slots<Address: TextualIPAddress>(_ entries: [(key: BackendKey, value: Backend<Address>)])
    -> [MaglevReport]
  {
    entries.map {
      MaglevReport(svcID: $0.key.id, ordinal: $0.key.ordinal, addr: "\($0.value.address)", port: $0.value.port.host)
    }.sorted { ($0.svcID, $0.ordinal) < ($1.svcID, $1.ordinal) }
  }

  var text: String { "svc \(svcID) ordinal \(ordinal) -> \(endpoint(addr, port))\n" }
}
