import DataplaneABI

/// After how many nanoseconds of silence a flow counts as gone. Calico's defaults (bpfConntrackTimeouts).
enum Timeout {
  @inline(__always) static var tcpSynSent: UInt64 { 20_000_000_000 }
  @inline(__always) static var tcpEstablished: UInt64 { 3_600_000_000_000 }
  @inline(__always) static var udp: UInt64 { 60_000_000_000 }
  @inline(__always) static var icmp: UInt64 { 5_000_000_000 }
  @inline(__always) static var generic: UInt64 { 600_000_000_000 }

  /// For a flow of `proto`; `flags` are those of both legs together.
  @inline(__always) static func of(_ proto: UInt8, _ flags: LegFlags) -> UInt64 {
    switch proto {
    case IPProtocolNumber.tcp: flags.has(.synSeen | .ackSeen) ? tcpEstablished : tcpSynSent
    case IPProtocolNumber.udp: udp
    case IPProtocolNumber.icmp, IPProtocolNumber.icmpv6: icmp
    default: generic
    }
  }
}
