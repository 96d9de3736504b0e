import DataplaneABI

extension ConntrackTimeouts {
  /// Reads a sysctl by its name, "nf_conntrack_icmp_timeout", below `net/netfilter`; nil where it cannot be read.
  public typealias SysctlReader = (_ name: String) -> UInt64?

  /// From `bpfConntrackTimeouts` as environment and configuration file have it: "TCPSynSent=20s,TCPFinsSeen=Auto". What is
  /// not named has its default.
  ///
  /// - Parameter sysctl: asked where a value is `Auto`; the answer is in seconds.
  /// - Throws: `ConntrackTimeoutsError` at the first part that cannot be understood.
  public init(text: String, sysctl: SysctlReader) throws(ConntrackTimeoutsError) {
    var fields: [(name: String, value: String)] = []
    for part in text.split(separator: ",") {
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(\.trimmed)
      if sides == [""] { continue }
      guard sides.count == 2 else { throw .notAPair(part.trimmed) }
      fields.append((sides[0], sides[1]))
    }
    try self.init(fields, sysctl: sysctl)
  }

  /// From `bpfConntrackTimeouts` as the resource has it: a struct of strings, "tcpSynSent": "20s".
  public init(fields: [String: String], sysctl: SysctlReader) throws(ConntrackTimeoutsError) {
    // Sorted, so that of two mistakes always the same is told.
    try self.init(fields.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }, sysctl: sysctl)
  }

  private init(_ fields: [(name: String, value: String)], sysctl: SysctlReader) throws(ConntrackTimeoutsError) {
    self = .standard
    for row in TimeoutField.all where row.automatic != nil && row.isAutomaticByDefault {
      self[keyPath: row.field] = row.automatic.flatMap(sysctl).flatMap(nanoseconds) ?? self[keyPath: row.field]
    }
    var seen: Set<String> = []
    for (name, value) in fields {
      guard let row = TimeoutField.all.first(where: { $0.name.lowercased() == name.lowercased() }) else {
        throw .unknownName(name)
      }
      guard seen.insert(row.name).inserted else { throw .twice(row.name) }
      self[keyPath: row.field] = try row.value(value, sysctl: sysctl)
    }
  }
}

/// One of the timeouts: its name, its place, and the sysctl that `Auto` means.
private struct TimeoutField {
  /// Calico's name; its spelling in resources differs in the case of the first letters only.
  let name: String
  let field: WritableKeyPath<ConntrackTimeouts, UInt64> & Sendable
  let automatic: String?
  var isAutomaticByDefault = false

  /// Names and sysctls: Calico's FelixConfiguration page.
  static let all: [TimeoutField] = [
    TimeoutField(name: "CreationGracePeriod", field: \.creationGracePeriod, automatic: nil),
    TimeoutField(name: "TCPSynSent", field: \.tcpSynSent, automatic: "nf_conntrack_tcp_timeout_syn_sent"),
    TimeoutField(name: "TCPEstablished", field: \.tcpEstablished, automatic: "nf_conntrack_tcp_timeout_established"),
    TimeoutField(
      name: "TCPFinsSeen", field: \.tcpFinsSeen, automatic: "nf_conntrack_tcp_timeout_time_wait",
      isAutomaticByDefault: true),
    TimeoutField(name: "TCPResetSeen", field: \.tcpResetSeen, automatic: nil),
    TimeoutField(name: "UDPTimeout", field: \.udp, automatic: nil),
    TimeoutField(name: "GenericTimeout", field: \.generic, automatic: "nf_conntrack_generic_timeout"),
    TimeoutField(name: "ICMPTimeout", field: \.icmp, automatic: "nf_conntrack_icmp_timeout"),
  ]

  func value(
    _ text: String, sysctl: ConntrackTimeouts.SysctlReader
  ) throws(ConntrackTimeoutsError) -> UInt64 {
    if text.lowercased() == "auto" {
      guard let automatic else { throw .noAutomatic(name) }
      // A kernel without its own connection tracking has no such sysctl: the default stands in.
      return sysctl(automatic).flatMap(nanoseconds) ?? ConntrackTimeouts.standard[keyPath: field]
    }
    guard let duration = GoDuration.nanoseconds(text) else { throw .notADuration(name, text) }
    guard duration > 0 else { throw .notPositive(name, text) }
    return duration
  }
}

/// Nil where it is too long for 64 bits.
private func nanoseconds(_ seconds: UInt64) -> UInt64? {
  let (value, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
  return overflows || value == 0 ? nil : value
}

/// What is wrong with a `bpfConntrackTimeouts`.
public enum ConntrackTimeoutsError: Error, Hashable, Sendable, CustomStringConvertible {
  case notAPair(String)
  case unknownName(String)
  case twice(String)
  case noAutomatic(String)
  case notADuration(String, String)
  case notPositive(String, String)

  public var description: String {
    switch self {
    case .notAPair(let part): "bpfConntrackTimeouts: \"\(part)\" is not name=duration"
    case .unknownName(let name):
      "bpfConntrackTimeouts: there is no timeout \"\(name)\"; there are \(Self.names)"
    case .twice(let name): "bpfConntrackTimeouts: \(name) is given twice"
    case .noAutomatic(let name): "bpfConntrackTimeouts: \(name) cannot be Auto; give a duration, such as 40s"
    case .notADuration(let name, let text):
      "bpfConntrackTimeouts: \(name) \"\(text)\" is not a duration, such as 40s, 1m30s or 500ms"
    case .notPositive(let name, let text): "bpfConntrackTimeouts: \(name) \"\(text)\" is not more than 0"
    }
  }

  private static var names: String { TimeoutField.all.map(\.name).joined(separator: ", ") }
}

extension Substring {
  fileprivate var trimmed: String {
    let isSpace = { (character: Character) in character.isWhitespace }
    return String(drop(while: isSpace).reversed().drop(while: isSpace).reversed())
  }
}
