/// A row of the table: one path, one kind of packet, one mode.
public struct PathRow: Hashable, Sendable, CustomStringConvertible {
  public enum Family: String, CaseIterable, Sendable {
    case ipv4 = "IPv4"
    case ipv6 = "IPv6"
  }

  public enum Transport: String, CaseIterable, Sendable {
    case tcp = "TCP"
    case udp = "UDP"
    case echo = "ICMP"
    case sctp = "SCTP"
  }

  /// `bpfConnectTimeLoadBalancing`.
  public enum Balancing: String, CaseIterable, Sendable {
    case disabled = "Disabled"
    case tcp = "TCP"
    case enabled = "Enabled"
  }

  public let path: PacketPath
  public let family: Family
  public let transport: Transport
  /// Nil where no service is dialled, or by somebody outside, or with SCTP: no program at a socket has anything to do then.
  public let balancing: Balancing?

  /// Every row there is. A service has no ICMP.
  public static let all = PacketPath.allCases.flatMap { path in
    let own: [Transport] = (path.hasService ? [] : [.echo]) + (path.hasAssociations ? [.sctp] : [])
    return ([.tcp, .udp] + own).flatMap { transport in
      let isBalanced = path.hasService && !path.client.isOutside && transport != .sctp
      let modes: [Balancing?] = isBalanced ? Balancing.allCases : [nil]
      return modes.flatMap { mode in
        Family.allCases.map { PathRow(path: path, family: $0, transport: transport, balancing: mode) }
      }
    }
  }

  /// Whether packets go past the service because the socket went to a backend.
  public var isBalancedAtSocket: Bool {
    switch balancing {
    case nil, .disabled: false
    case .tcp: transport == .tcp
    case .enabled: true
    }
  }

  var cells: [String] { [path.rawValue, transport.rawValue, balancing?.rawValue ?? "", family.rawValue] }

  public var description: String { cells.filter { !$0.isEmpty }.joined(separator: ", ") }
}

/// What is known of a row. The raw value heads the column.
public enum PathColumn: String, CaseIterable, Sendable {
  /// Found in the lab.
  case passed = "Passed"
  case seen = "Seen on"
  /// Counted in the interpreter, of established packets.
  case conntrack = "Conntrack look-ups there, back"
  case other = "Other look-ups there, back"
  case there = "Instructions there"
  case back = "Instructions back"
  /// Of the flow's first packet.
  case first = "Instructions, first packet"
  case socket = "Instructions at the socket"
}
