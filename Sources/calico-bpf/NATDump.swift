import ArgumentParser
import DataplaneABI
import EBPF

/// `calico-bpf nat dump`.
struct NATDump: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dump", abstract: "Show the frontends, each with its backends.")

  @OptionGroup var options: DumpOptions

  func run() throws {
    if options.ipv6 {
      try dump(IPv6Address.self, MapName.frontends6, MapName.backends6)
    } else {
      try dump(IPv4Address.self, MapName.frontends4, MapName.backends4)
    }
  }

  private func dump<Address: TextualIPAddress>(_: Address.Type, _ frontends: String, _ backends: String) throws {
    let services = NATReport.services(
      frontends: try options.entries(frontends, FrontendKey<Address>.self, Frontend.self),
      backends: try options.entries(backends, BackendKey.self, Backend<Address>.self))
    try options.write(services) { services.map(\.text).joined() }
  }
}

/// One frontend and its backends.
struct NATReport: Encodable, Equatable {
  struct FrontendRow: Encodable, Equatable {
    var addr: String
    var port: UInt16
    var proto: UInt8
    var id: UInt32
    var count: UInt32
    var local: UInt32
    var flags: [String]?
  }

  /// nil for a backend that the frontend promises and that is not there.
  struct BackendRow: Encodable, Equatable {
    var ordinal: UInt32
    var addr: String?
    var port: UInt16?
  }

  var frontend: FrontendRow
  var backends: [BackendRow]

  /// In the order of address, port and protocol.
  static func services<Address: TextualIPAddress>(
    frontends: [(key: FrontendKey<Address>, value: Frontend)], backends: [(key: BackendKey, value: Backend<Address>)]
  ) -> [NATReport] {
    let targets = Dictionary(backends.map { ($0.key, $0.value) }) { $1 }
    return frontends.sorted { $0.key.isBefore($1.key) }.map { key, value in
      let flags = [
        value.flags.contains(.externalLocal) ? "external-local" : nil,
        value.flags.contains(.internalLocal) ? "internal-local" : nil,
        value.flags.contains(.maglev) ? "maglev" : nil,
        value.flags.contains(.sourceRanges) ? "source-ranges" : nil,
      ].compactMap { $0 }
      return NATReport(
        frontend: FrontendRow(
          addr: "\(key.address)", port: key.port.host, proto: key.proto, id: value.id, count: value.count,
          local: value.localCount, flags: flags.isEmpty ? nil : flags),
        backends: (0..<value.count).map { ordinal in
          let target = targets[BackendKey(id: value.id, ordinal: ordinal)]
          return BackendRow(ordinal: ordinal, addr: target.map { "\($0.address)" }, port: target?.port.host)
        })
    }
  }

  var text: String {
    let row = frontend
    let flags = row.flags.map { " flags \($0.joined(separator: ","))" } ?? ""
    let head =
      "\(row.addr) port \(row.port) proto \(row.proto) id \(row.id) count \(row.count) local \(row.local)\(flags)\n"
    return head
      + backends.map { backend in
        guard let address = backend.addr, let port = backend.port else {
          return "\t\(row.id):\(backend.ordinal)\t is missing\n"
        }
        return "\t\(row.id):\(backend.ordinal)\t \(endpoint(address, port))\n"
      }.joined()
  }
}
